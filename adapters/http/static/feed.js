// Keeps the feed live. htmx holds the connection and replays missed updates; this script inserts rows without moving
// the page under a reader or stopping a player.
import { problemOf, toast } from "./feedback.js";
import { notify } from "./notify.js";
import { t } from "./texts.js";

const feed = document.getElementById("feed");
const table = document.getElementById("calls");
const light = document.getElementById("light");
const announce = document.getElementById("announce");
const pause = document.getElementById("pause");
const fresh = document.getElementById("fresh");
const COLUMNS = 8;
const held = new Map();
let paused = false;
let news = [];

function rowOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("tr");
}

function isBusy(row) {
  const audio = row.querySelector("audio");
  return (audio && !audio.paused) || row.contains(document.activeElement) || row.matches(":hover");
}

// The table section of a day, created at its place if it does not exist. Days are compared as text, newest first.
function dayOf(key, label) {
  const days = [...table.tBodies].filter((body) => body.dataset.day !== undefined);
  const known = days.find((body) => body.dataset.day === key);
  if (known) return known;
  const body = document.createElement("tbody");
  body.className = "day";
  body.dataset.day = key;
  const heading = body.insertRow();
  heading.className = "day";
  const cell = document.createElement("th");
  cell.colSpan = COLUMNS;
  cell.scope = "rowgroup";
  cell.textContent = label;
  heading.append(cell);
  table.insertBefore(body, days.find((other) => other.dataset.day < key) ?? document.getElementById("more"));
  return body;
}

// Updates the cells of a row, except a voicemail that is playing and, unless the user caused the update, the focused cell.
function update(known, row, asked) {
  const playing = known.querySelector("audio");
  const keep = new Set();
  if (playing && row.querySelector("audio") && (!playing.paused || playing.currentTime > 0)) keep.add("message");
  const focused = document.activeElement?.closest?.("[data-cell]");
  if (focused && known.contains(focused)) {
    if (asked) known.focus({ preventScroll: true });
    else keep.add(focused.dataset.cell);
  }
  for (const cell of row.querySelectorAll("[data-cell]")) {
    const name = cell.dataset.cell;
    if (keep.has(name)) continue;
    const old = known.querySelector(`[data-cell="${name}"]`);
    if (old.innerHTML !== cell.innerHTML) {
      const ticked = old.querySelector("input[name=call]")?.checked;
      old.replaceChildren(...cell.childNodes);
      if (ticked && old.querySelector("input[name=call]")) old.querySelector("input[name=call]").checked = true;
      window.htmx?.process(old);
      dispatchEvent(new CustomEvent("rows", { detail: old }));
    }
  }
  const marks = ["current", "gone", "open"].filter((mark) => known.classList.contains(mark));
  known.className = row.className;
  known.classList.add(...marks);
}

function remove(row) {
  const day = row.closest("tbody");
  row.remove();
  if (!day.querySelector("tr.call")) day.remove();
}

function insert(change, row) {
  const body = dayOf(change.day, change.label);
  const older = [...body.querySelectorAll("tr.call")].find((other) => other.dataset.id < change.id);
  row.classList.add("fresh");
  body.insertBefore(row, older ?? null);
  window.htmx?.process(row);
  dispatchEvent(new CustomEvent("rows", { detail: row }));
  document.getElementById("empty")?.remove();
}

// Limits the rows of a page that stays open for days. Older rows are one click away.
const MOST = 300;
function trim() {
  const rows = [...table.querySelectorAll("tr.call")];
  if (rows.length <= MOST || scrollY > 200) return;
  rows.slice(MOST).filter((row) => !isBusy(row)).forEach(remove);
  const last = table.querySelectorAll("tr.call");
  let more = document.getElementById("more");
  if (!more) {
    more = table.createTBody();
    more.id = "more";
    more.insertRow().insertCell().colSpan = COLUMNS;
    more.rows[0].cells[0].append(Object.assign(document.createElement("a"), { className: "more", textContent: t("older") }));
  }
  const link = more.querySelector("a");
  const address = new URL(location.href);
  address.searchParams.set("cursor", last[last.length - 1].dataset.id);
  link.href = address.pathname + address.search;
  link.removeAttribute("hx-get");
}

function say(row) {
  const text = (cell) => row.querySelector(`[data-cell="${cell}"]`).textContent.replace(/\s+/g, " ").trim();
  news.push(`${row.querySelector(".caller").textContent}: ${text("what")}`);
}

// Changes are announced to screen readers at most every three seconds.
setInterval(() => {
  if (!news.length) return;
  announce.textContent = news.length > 2 ? t("changes", { n: news.length, last: news.at(-1) }) : news.join(". ");
  news = [];
}, 3000);

function place(change) {
  dispatchEvent(new CustomEvent("changed", { detail: change.id }));
  const row = rowOf(change.row);
  const known = document.getElementById(`call-${change.id}`);
  if (!row) return;
  notify(row);
  if (known && !change.fits && !isBusy(known)) {
    remove(known);
  } else if (known) {
    update(known, row);
    known.classList.toggle("gone", !change.fits);
  } else if (change.fits) {
    // New rows are held back while the reader is further down the page.
    if (held.has(change.id) || (fresh && scrollY > 200)) held.set(change.id, change);
    else insert(change, row);
    trim();
    say(row);
  } else {
    held.delete(change.id);
  }
  hold();
}

function hold() {
  if (!fresh) return;
  fresh.hidden = held.size === 0;
  fresh.textContent = t("new", { n: held.size });
}

function showHeld() {
  const waiting = [...held.values()];
  held.clear();
  for (const change of waiting) {
    if (!document.getElementById(`call-${change.id}`)) insert(change, rowOf(change.row));
  }
  hold();
}

// The response to a change is the row as it is now, with an alert if the change was refused. If the response has no row,
// the old row stays and shows what went wrong.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const known = ctx.sourceElement?.closest?.("tr.call");
  if (!known) return;
  const row = ctx.text ? rowOf(ctx.text) : null;
  if (!row) return alertIn(known, problemOf(ctx.response?.status));
  update(known, row, true);
  if (ctx.response?.status === 200) offerUndo(known, new URLSearchParams(ctx.request?.body).get("do"));
});
document.addEventListener("htmx:error", (event) => {
  const known = event.detail.ctx?.sourceElement?.closest?.("tr.call");
  if (known) alertIn(known, problemOf(0));
});

function alertIn(row, content) {
  const cell = row.querySelector('[data-cell="work"]');
  cell.querySelector(".alert")?.remove();
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.setAttribute("role", "alert");
  alert.append(content);
  cell.append(alert);
}

const INVERSE = { handle: "reopen", reopen: "handle", claim: "release", release: "claim" };

// Offers to undo a change for as long as its message is shown, with the inverse form of the updated row.
function offerUndo(row, did) {
  const back = row.querySelector(`.do button[name="do"][value="${INVERSE[did]}"]`);
  if (!back) return;
  const who = row.querySelector(".caller").textContent.trim();
  const form = back.closest("form").cloneNode(true);
  toast(t(`said-${did}`, { who }), async () => {
    const body = new URLSearchParams(new FormData(form));
    body.set("do", back.value);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return toast(problemOf(answer?.status ?? 0));
    const now = rowOf(await answer.text());
    // A row that has been removed is inserted again by a live update.
    const known = document.getElementById(row.id);
    if (known && now) update(known, now, true);
  });
}

function tick() {
  // Rows that no longer match the filter are removed once they are not in use.
  for (const row of document.querySelectorAll("tr.gone")) {
    // The focus moves to the next row.
    if (document.activeElement === row && !row.matches(":hover")) (row.nextElementSibling ?? row.previousElementSibling)?.focus({ preventScroll: true });
    if (!isBusy(row)) remove(row);
  }
  for (const clock of document.querySelectorAll(".clock")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(clock.dataset.since)) / 1000));
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

function showCounts(counts) {
  for (const [name, count] of Object.entries(counts)) {
    const shown = name === "found" ? document.getElementById("found") : document.querySelector(`[data-count="${name}"]`);
    if (shown) shown.textContent = count;
  }
  const bare = document.title.replace(/^\(\S+\) /, "");
  document.querySelector('link[rel="icon"]').href = counts.attention === "0" ? new URL("icon.svg", import.meta.url).href : new URL("icon-waiting.svg", import.meta.url).href;
  document.title = counts.attention === "0" ? bare : `(${counts.attention}) ${bare}`;
}

function shine(live, text) {
  light.dataset.live = live;
  light.textContent = text;
}

if (feed && table) {
  const waiting = [];
  feed.addEventListener("htmx:sse:after:connection", () => !paused && shine("on", t("live")));
  feed.addEventListener("htmx:sse:error", () => !paused && shine("off", t("reconnecting")));
  feed.addEventListener("htmx:sse:close", () => !paused && shine("off", t("not-live")));
  feed.addEventListener("call", (event) => {
    const change = JSON.parse(event.detail.data);
    if (paused) waiting.push(change);
    else place(change);
  });
  feed.addEventListener("counts", (event) => showCounts(JSON.parse(event.detail.data)));
  feed.addEventListener("reset", () => location.reload());
  fresh?.addEventListener("click", () => { showHeld(); scrollTo({ top: 0 }); });
  addEventListener("scroll", () => scrollY <= 0 && held.size && showHeld(), { passive: true });
  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      pause.textContent = paused ? t("go-on") : t("pause");
      shine(paused ? "paused" : "on", paused ? t("paused") : t("live"));
      if (!paused) waiting.splice(0).forEach(place);
    });
  }
  // While the page is hidden the connection is closed; the title still shows the number of calls that need attention.
  setInterval(async () => {
    if (!document.hidden || paused) return;
    const answer = await fetch(new URL("../counts", import.meta.url)).catch(() => null);
    if (answer?.ok) showCounts(await answer.json());
  }, 30_000);
}
tick();
setInterval(tick, 1000);
