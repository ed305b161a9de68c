// Messages about an action: that it was done, with a way to undo it, or why it failed.
import { t } from "./texts.js";

const SHOWN_FOR = 10_000;

// Shows a message at the edge of the page, with an undo button if `undo` is given.
export function toast(content, undo) {
  const box = document.createElement("div");
  box.className = "toast";
  const text = document.createElement("span");
  text.append(content);
  box.append(text);
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: t("undo") });
    button.addEventListener("click", () => { box.remove(); undo(); });
    box.append(button);
  }
  const toasts = document.getElementById("toasts");
  toasts.replaceChildren(box);
  fade(box);
}

// Removes a message after a while, but not while the pointer or the focus is in it.
function fade(box) {
  setTimeout(() => {
    if (box.matches(":hover") || box.contains(document.activeElement)) fade(box);
    else box.remove();
  }, SHOWN_FOR);
}
document.querySelectorAll("#toasts .toast").forEach(fade);

// Why a request failed, and what helps, by its status; 0 if the server could not be reached.
export function problemOf(status) {
  if (status === 401) {
    const next = encodeURIComponent(location.pathname.slice(new URL("..", import.meta.url).pathname.length - 1) + location.search);
    const link = Object.assign(document.createElement("a"), { href: new URL(`../login?next=${next}`, import.meta.url).href, textContent: t("sign-in") });
    const both = document.createDocumentFragment();
    both.append(`${t("signed-out")} `, link);
    return both;
  }
  const known = { 0: "unreachable", 403: "not-allowed", 409: "changed", 429: "too-many" };
  return t(known[status] ?? (status >= 500 ? "unavailable" : "not-done"));
}
