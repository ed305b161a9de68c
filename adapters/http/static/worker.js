// Shows an offline page while the server cannot be reached. Nothing else is cached: calls are always read from the server.
const CACHE = "offline-1";
const OFFLINE = new URL("offline", registration.scope).href;
const STYLE = new URL("static/frontdesk.css", registration.scope).href;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, STYLE])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  else if (url === STYLE) event.respondWith(fetch(event.request).catch(() => caches.match(STYLE)));
});
