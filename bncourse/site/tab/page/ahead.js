// Python on its way into this browser: loaded while the first page is read, and counted while a notebook opens.

import { CACHE, hasRoom } from "./room.js";
import { root } from "./storage.js";

const MB = 1_000_000;

const FULL = "This browser's storage is nearly full, so Python is loaded anew at each visit.";
const sum = (files) => files.reduce((all, [, size]) => all + size, 0);

// Registers what keeps the files: the same that JupyterLite registers.
export async function register() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(new URL("service-worker.js?enableCache=false", root));
}

// Gives how much of Python is here, as [bytes, of so many], or null where this browser does not tell.
export async function here(site) {
  if (!("caches" in window)) return null;
  const kept = new Set((await (await caches.open(CACHE)).keys()).map(({ url }) => url));
  const files = site.first.filter(([name]) => kept.has(new URL(site.python + name, root).href));
  return [sum(files), sum(site.first)];
}

const inUse = (python) => `${root.pathname} ${python}`;

// Says that this page takes files of its Python, now or after a restart of it.
export function use(site) {
  if ("locks" in navigator) navigator.locks.request(inUse(site.python), { mode: "shared" }, () => new Promise(() => {}));
}

// Takes away the Python of an older release, unless a page that was opened before still uses it.
export async function tidy(site) {
  if (!("caches" in window)) return;
  const held = new Set((await navigator.locks?.query?.())?.held.map(({ name }) => name));
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const [python] = request.url.match(/static\/python-[0-9a-f]+\//) ?? [];
    if (python && python !== site.python && !held.has(inUse(python))) await cache.delete(request);
  }
}

// Loads what is not here yet; tells sentences.
export async function load(site, tell) {
  if (!("caches" in window) || navigator.connection?.saveData) return;
  const cache = await caches.open(CACHE);
  const all = sum(site.first);
  let done = 0;
  for (const [files, words] of [[site.first, "You can begin already."], [site.later, "The first notebook can begin."]]) {
    for (const [name, size] of files) {
      const address = new URL(site.python + name, root).href;
      try {
        if (!(await cache.match(address))) {
          if (!(await hasRoom(size))) return tell(FULL, all, all);
          const reply = await fetch(address);
          if (reply.status !== 200) throw new Error(`the host answers ${reply.status}`);
          await cache.put(address, reply);
        }
      } catch (error) {
        if (error.name === "QuotaExceededError") return tell(FULL, all, all);
        return tell("The connection broke while Python was loading. What has come is kept; reload this page to go on.", done, all);
      }
      done += size;
      const left = done < all ? `Python for your browser: ${Math.round(done / MB)} of ${Math.round(all / MB)} MB.` : "Python is in this browser.";
      tell(`${left} ${words}`, Math.min(done, all), all);
    }
  }
  tell("All of Python is in this browser: the next visits need no network.", all, all);
}
