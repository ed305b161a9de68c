// Opens a call beside the list on wide screens, at the call's own address. Forms that are sent in the panel update it.
import { problemOf, toast } from "./feedback.js";

const panel = document.getElementById("panel");
const split = document.querySelector(".split");
const wide = matchMedia("(min-width: 76rem)");
const list = location.href;
const listTitle = document.title;
let open = null;
// The call that was requested last. Responses to earlier requests that arrive later are ignored.
let wanted = null;

// The content of a response's main part, with its message and title.
async function content(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.querySelector("#toasts .toast span")?.textContent;
  const main = page.getElementById("main");
  main?.querySelector("#toasts")?.remove();
  return { nodes: main ? [...main.childNodes] : [], said, title: page.title };
}

function show({ nodes, title }, href) {
  panel.replaceChildren(...nodes.map((node) => document.importNode(node, true)));
  panel.hidden = false;
  split.classList.add("open");
  document.title = title;
  document.querySelectorAll("tr.open").forEach((row) => row.classList.remove("open"));
  document.getElementById(`call-${new URL(href).pathname.split("/").pop()}`)?.classList.add("open");
  dispatchEvent(new CustomEvent("rows", { detail: panel }));
}

async function load(href) {
  wanted = href;
  const answer = await fetch(href, { headers: { Accept: "text/html" } }).catch(() => null);
  // A redirect means that the session has ended.
  if (!answer?.ok || answer.redirected) return toast(problemOf(answer?.redirected ? 401 : answer?.status ?? 0));
  const page = await content(answer);
  if (wanted !== href) return false;
  open = href;
  show(page, href);
  return true;
}

export async function openCall(href, { push = true } = {}) {
  if (!panel || !wide.matches) return location.assign(href);
  if (!(await load(href))) return;
  if (push) history.pushState({ call: href }, "", href);
  panel.scrollTop = 0;
}

export function closeCall() {
  if (!open) return false;
  history.pushState({}, "", list);
  hide();
  return true;
}

function hide() {
  const row = document.querySelector("tr.open");
  open = wanted = null;
  document.title = listTitle;
  panel.hidden = true;
  panel.replaceChildren();
  split.classList.remove("open");
  row?.classList.remove("open");
  row?.querySelector(".caller")?.focus();
}

if (panel) {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("#calls a.caller, #calls a.notes, #panel a.sibling");
    if (link && wide.matches) {
      event.preventDefault();
      openCall(link.href.split("#")[0]);
    } else if (event.target.closest?.("#panel a.back")) {
      event.preventDefault();
      closeCall();
    }
  });
  addEventListener("popstate", () => {
    const href = history.state?.call;
    if (href) load(href);
    else if (open) hide();
  });
  panel.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(event.submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
    // A refused change (409 or 422) is answered with the call's page and an alert.
    if (!answer?.ok && ![409, 422].includes(answer?.status)) return toast(problemOf(answer?.status ?? 0));
    // A redirect to any page other than the call's is opened as a page of its own.
    if (answer.redirected && new URL(answer.url).pathname !== new URL(open).pathname) return location.assign(answer.url);
    const page = await content(answer);
    show(page, open);
    if (page.said) toast(page.said);
  });
  // Reloads the open call when it changes, unless the user is writing or listening there.
  addEventListener("changed", (event) => {
    if (!open || !open.endsWith(event.detail)) return;
    const busy = panel.querySelector("textarea:focus, input:focus") || [...panel.querySelectorAll("audio")].some((audio) => !audio.paused || audio.currentTime > 0);
    const written = [...panel.querySelectorAll("textarea, input[name=text]:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
    if (!busy && !written) load(open);
  });
}

// On a call's own page, the back link leads to the list that it was opened from, which then shows its row.
const back = document.querySelector("a.back");
if (back && !panel) {
  sessionStorage.setItem("row", location.pathname.split("/").pop());
  const from = sessionStorage.getItem("list");
  if (from) back.href = from;
}
if (panel) {
  sessionStorage.setItem("list", location.href);
  const row = document.getElementById(`call-${sessionStorage.getItem("row")}`);
  sessionStorage.removeItem("row");
  if (row) {
    row.classList.add("current");
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
  }
}
