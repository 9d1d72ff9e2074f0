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
const kept = /^\/(?:fr\/|en\/)?(?:guidance\/test|training\/rolls)\/$/;
registerRoute(
  ({ request, url }) => request.mode === "navigate" && request.method === "GET" && kept.test(url.pathname),
  new NetworkFirst({ cacheName: "takwin-pages", networkTimeoutSeconds: 6 }),
);
registerRoute(({ url }) => url.pathname.startsWith("/static/ui/"), new StaleWhileRevalidate({ cacheName: "takwin-static" }));
