// The list's controls: filters apply when they are changed, and several calls can be selected.
import { t } from "./texts.js";

// Opens the form's URL, which contains only the fields that are set.
function go(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = new URL(form.action);
  address.search = query;
  location.assign(address);
}

for (const form of document.querySelectorAll("#filters, form.search")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(form);
  });
}
const filters = document.getElementById("filters");
filters?.addEventListener("change", (event) => {
  // The next page gives the focus back to this control.
  sessionStorage.setItem("filter", event.target.name);
  go(filters);
});
const used = sessionStorage.getItem("filter");
if (used && filters) {
  sessionStorage.removeItem("filter");
  filters.elements[used]?.focus({ preventScroll: true });
}
// Clearing the search field ends the search.
document.getElementById("search")?.addEventListener("search", (event) => {
  if (event.target.value === "" && event.target.defaultValue !== "") go(event.target.form);
});

const selected = document.getElementById("selected");
const all = document.getElementById("pick-all");
const boxes = () => [...document.querySelectorAll("#calls input[name=call]")];

function count() {
  const ticked = boxes().filter((box) => box.checked).length;
  if (selected) selected.textContent = t("selected", { n: ticked });
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

let last = null;
if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    boxes().forEach((box) => { box.checked = all.checked; });
    count();
  });
  document.getElementById("calls").addEventListener("click", (event) => {
    if (event.target.name !== "call") return;
    const every = boxes();
    // With Shift, all boxes between this one and the one clicked before.
    if (event.shiftKey && last?.isConnected) {
      const [from, to] = [every.indexOf(last), every.indexOf(event.target)].sort((a, b) => a - b);
      every.slice(from, to + 1).forEach((box) => { box.checked = event.target.checked; });
    }
    last = event.target;
    count();
  });
  addEventListener("pageshow", count);
}
