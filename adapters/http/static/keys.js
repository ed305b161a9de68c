// Keyboard shortcuts for users who work through the feed. They can be turned off, and do nothing while the user types
// in a field.
const help = document.getElementById("help");
const on = document.getElementById("keys-on");
on.checked = localStorage.getItem("keys") !== "off";
on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
let leading = false;

const rows = () => [...document.querySelectorAll("tr.call")];
const current = () => document.querySelector("tr.call.current");

function move(by) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(current()) + by))];
  if (!next) return;
  current()?.classList.remove("current");
  next.classList.add("current");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

// The call's page, at the field to write a note or a tag in.
function open(field) {
  const link = current()?.querySelector(".caller");
  if (link) location.assign(`${link.href}#${field}`);
}

const tabs = { a: "all", v: "voicemail", m: "missed", l: "live", n: "attention", d: "done" };
const actions = {
  j: () => move(1),
  k: () => move(-1),
  o: () => current()?.querySelector(".caller").click(),
  e: () => {
    const done = current()?.querySelector('[data-key="e"]');
    if (done) { move(1); done.click(); }
  },
  n: () => open("note"),
  t: () => open("tag"),
  p: () => current()?.querySelector(".play")?.click(),
  "/": () => document.getElementById("search").focus(),
  "?": () => help.showModal(),
  g: () => { leading = true; setTimeout(() => { leading = false; }, 1500); },
};

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (!on.checked && event.key !== "?") return;
  if (typing || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target === current()) return actions.o();
  const act = leading && tabs[event.key] ? () => document.querySelector(`[data-tab="${tabs[event.key]}"]`)?.click() : actions[event.key];
  if (!act) return;
  leading = false;
  event.preventDefault();
  act();
});
