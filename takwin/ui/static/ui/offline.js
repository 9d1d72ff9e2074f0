// The service worker: a page one has opened is there again without a network: the interest test, and roll call.
/* global importScripts, workbox */
importScripts("/static/ui/workbox/workbox-sw.js");
workbox.setConfig({ modulePathPrefix: "/static/ui/workbox/", debug: false });
workbox.loadModule("workbox-core");
workbox.loadModule("workbox-routing");
workbox.loadModule("workbox-strategies");
workbox.core.skipWaiting();
workbox.core.clientsClaim();
const { registerRoute } = workbox.routing;
const { NetworkFirst, StaleWhileRevalidate } = workbox.strategies;
// A page that was open before this worker was is held at once, with its styles, scripts and icons: opened once, it is
// there again without a network. Its own loading went past us.
const KEPT = /^\/(?:fr\/|en\/)?(?:guidance\/test|training\/rolls)\/$/;
registerRoute(
  ({ request, url }) => request.mode === "navigate" && request.method === "GET" && KEPT.test(url.pathname),
  new NetworkFirst({ cacheName: "takwin-pages", networkTimeoutSeconds: 6 }),
);
registerRoute(({ url }) => url.pathname.startsWith("/static/ui/"), new StaleWhileRevalidate({ cacheName: "takwin-static" }));

const FILES = /(?:href|src)="(\/static\/ui\/[^"#]+)/g;
const URLS = /url\(["']?([^"')]+)["']?\)/g;
const keepFile = async (cache, address) => {
  if (await cache.match(address)) return;
  const answer = await fetch(address);
  if (!answer.ok) return;
  await cache.put(address, answer.clone());
  if (!(answer.headers.get("Content-Type") || "").startsWith("text/css")) return;
  const style = await answer.text();
  const inside = [...style.matchAll(URLS)].map((found) => new URL(found[1], answer.url)).filter((url) => url.origin === location.origin);
  await Promise.allSettled(inside.map((url) => keepFile(cache, url.pathname)));
};
const keepPage = async (address) => {
  const answer = await fetch(address, { credentials: "same-origin" });
  // A page that sent us to sign in is not the page.
  if (!answer.ok || answer.redirected) return;
  await (await caches.open("takwin-pages")).put(address, answer.clone());
  const files = await caches.open("takwin-static");
  const page = await answer.text();
  await Promise.allSettled([...page.matchAll(FILES)].map((found) => keepFile(files, found[1])));
};
self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const pages = open.map((one) => one.url.split("#")[0]).filter((address) => KEPT.test(new URL(address).pathname));
    await Promise.allSettled([...new Set(pages)].map(keepPage));
  })());
});
