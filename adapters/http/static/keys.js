// Keyboard shortcuts for users who work through the calls, in the list and on a call's page. They can be turned off, and do
// nothing while the user types in a field.
import { closeCall, openCall } from "./panel.js";

const help = document.getElementById("help");
const on = document.getElementById("keys-on");
on.checked = localStorage.getItem("keys") !== "off";
on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
let leading = false;

const rows = () => [...document.querySelectorAll("tr.call")];
const current = () => document.querySelector("tr.call.current");
// The element with a call: the panel beside the list, or the main part of a call's own page.
const page = () => document.querySelector("#panel:not([hidden])") ?? (document.getElementById("calls") ? null : document.getElementById("main"));

function move(by) {
  const all = rows();
  if (!all.length) return page()?.querySelector(by > 0 ? "a.older" : "a.newer")?.click();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(current()) + by))];
  if (!next) return;
  current()?.classList.remove("current");
  next.classList.add("current");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (page()) openCall(next.querySelector(".caller").href);
}

// Moves the focus to the field for a note or a tag, on the call's page.
function write(field) {
  const here = page()?.querySelector(`#${field}`);
  if (here) return here.focus();
  const link = current()?.querySelector(".caller");
  if (link) location.assign(`${link.href}#${field}`);
}

function done() {
  const button = (page() ?? current())?.querySelector('[data-key="e"]');
  if (!button) return;
  if (!page()) move(1);
  button.click();
}

const tabs = { a: "all", v: "voicemail", m: "missed", l: "live", n: "attention", d: "done" };
const actions = {
  j: () => move(1),
  k: () => move(-1),
  o: () => current()?.querySelector(".caller").click(),
  e: done,
  x: () => current()?.querySelector("input[name=call]")?.click(),
  n: () => write("note"),
  t: () => write("tag"),
  p: () => (page() ?? current())?.querySelector(".play")?.click(),
  Escape: () => closeCall() || (page() && page().querySelector("a.back")?.click()),
  "/": () => document.getElementById("search")?.focus(),
  "?": () => help.showModal(),
  g: () => { leading = true; setTimeout(() => { leading = false; }, 1500); },
};

// A call's page that was opened to write a note or a tag starts with the focus in its field.
if (["#note", "#tag"].includes(location.hash)) document.querySelector(location.hash)?.focus();

document.documentElement.dataset.keys = "ready";
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing && event.key === "Escape") return event.target.blur();
  if (!on.checked && event.key !== "?") return;
  if (typing || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target === current()) return actions.o();
  const act = leading && tabs[event.key] ? () => document.querySelector(`[data-tab="${tabs[event.key]}"]`)?.click() : actions[event.key];
  if (!act) return;
  leading = false;
  if (event.key !== "Escape") event.preventDefault();
  act();
});
