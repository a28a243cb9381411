// In front of JupyterLite's own service worker: the next visit takes from this browser what it has, and needs no network.

const OF_THE_COURSE = `bncourse - ${new URL(self.registration.scope).pathname}`;
// Another content of these has another name: a folder of Python, and what was built with a hash.
const FIXED = /\/static\/python-[0-9a-f]+\/|\.[0-9a-f]{7,}\.(js|css|woff2?)$|\?_=[0-9a-f]{7,}$/;
const OF_A_KERNEL = /\/api\/(drive|stdin|service-worker-heartbeat)/;
const ROOM = 20_000_000; // bytes that are left to answers
const LONGEST = 60_000; // milliseconds that a page may take to answer what Python asks of a file
const pages = new BroadcastChannel("/sw-api.v1"); // on which JupyterLite's pages listen

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && url.startsWith(self.registration.scope) && url.endsWith("/api/drive")) {
    event.stopImmediatePropagation();
    event.respondWith(ofTheDrive(event.request));
    return;
  }
  if (method !== "GET" || !url.startsWith(self.registration.scope) || OF_A_KERNEL.test(url)) return;
  event.stopImmediatePropagation();
  event.respondWith(FIXED.test(url) ? here(event.request) : fresh(event.request));
});

// From this browser; from the host where it is not here yet.
async function here(request) {
  const found = await (await caches.open(OF_THE_COURSE)).match(request.url);
  if (found) return found;
  const reply = await fetch(request);
  await keep(request.url, reply);
  return reply;
}

// From the host; from this browser where there is no network.
async function fresh(request) {
  const address = request.url.replace(/\.html\?.*/, ".html");
  try {
    const reply = await fetch(request);
    await keep(address, reply);
    return reply;
  } catch (error) {
    const found = await (await caches.open(OF_THE_COURSE)).match(address);
    if (found) return found;
    throw error;
  }
}

async function keep(address, reply) {
  if (reply.status !== 200) return;
  try {
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
    if (quota && quota - usage < ROOM) return;
    await (await caches.open(OF_THE_COURSE)).put(address, reply.clone());
  } catch {
    // the storage is full: it comes from the host again
  }
}

// What Python asks of a file is answered by its page. What failed there, or found no answer, is an OSError in Python;
// JupyterLite's own worker would wait for ever.
async function ofTheDrive(request) {
  const asked = { ...(await request.json()), pathname: new URL(request.url).pathname };
  const answer = await new Promise((resolve) => {
    const hear = ({ data }) => {
      if (data.browsingContextId === asked.browsingContextId && "response" in data) done(data.response);
    };
    const done = (response) => (clearTimeout(end), pages.removeEventListener("message", hear), resolve(response));
    const end = setTimeout(done, LONGEST);
    pages.addEventListener("message", hear);
    pages.postMessage(asked);
  });
  return answer === undefined || answer?.refused ? new Response(answer?.refused, { status: 507 }) : Response.json(answer);
}
