// Runs before the first paint: applies the chosen theme, and sends the browser's time zone to the server in a cookie.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const stored = localStorage.getItem("theme");
  if (stored) root.dataset.theme = stored;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) document.cookie = `zone=${zone}; path=/; max-age=31536000; SameSite=Strict${secure}`;
  // The service worker shows an offline page while the server cannot be reached, also in the installed app.
  const manifest = document.querySelector('link[rel="manifest"]');
  if (manifest && "serviceWorker" in navigator) navigator.serviceWorker.register(new URL("../worker.js", manifest.href)).catch(() => {});
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    const name = () => { button.textContent = dark() ? button.dataset.light : button.dataset.dark; };
    button.hidden = false;
    name();
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
      name();
    });
  });
})();
