// A newer release of a notebook that was saved here: JupyterLite would go on to show the saved one.

import { asFile, copyBeside, files, foldersOf, inWords, released, root } from "./storage.js";

// Gives what the site has: { version, notebooks: { "NN/NN.ipynb": SHA-256 }, python } or null without a network.
export async function about() {
  try {
    return await (await fetch(new URL("course/site.json", root), { cache: "no-cache" })).json();
  } catch {
    return null;
  }
}

const BETWEEN = 10_000; // milliseconds
const EVERY = 600_000;

// Looks, whenever the reader comes back to the page, whether the host has another release than the page began with. Gives
// what looks at once.
export function watch(site, tell) {
  let last = 0;
  let isTold = false;
  const releases = ({ version, python, notebooks }) => JSON.stringify([version, python, notebooks]);
  const look = async () => {
    if (isTold || Date.now() - last < BETWEEN) return;
    last = Date.now();
    const now = await about();
    if (!now || isTold || releases(now) === releases(site)) return;
    isTold = true;
    tell("The course has a newer release. This page goes on with the one that it began with. When it suits you, save and reload it: your answers are brought over.");
  };
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY);
  return look;
}

// Brings one notebook up to date, or notes which release is begun; gives sentences for the reader.
export async function bring(path, site, isOpenElsewhere, working = () => {}) {
  const sha = site.notebooks[path];
  if (!sha) return [];
  const [mine, base] = [await files().get(path), await released().get(path)];
  if (base?.sha === sha && (mine || base.text)) return [];
  if (mine && base?.left === sha) return []; // it was told before that this one could not be merged
  if (isOpenElsewhere) {
    return mine ? ["The course has a newer release of this notebook. Close it in the other tab, then reload this page: your answers are brought over."] : [];
  }
  const reply = await fetch(new URL(`files/${path}`, root), { cache: "no-cache" });
  if (!reply.ok) return [];
  const text = await reply.text();
  if (!mine || base?.text === text) {
    await released().put({ [path]: { sha, text } }).catch(() => {}); // a full storage: what is refused is told with the answers
    return [];
  }
  working();
  let made;
  try {
    made = await merged({ base: base?.text || null, mine: JSON.stringify(mine.content), text }, site);
  } catch (error) {
    return [`The course has a newer release of this notebook, which could not be brought over (${error.message}). Yours is as it was; reload this page to try again.`];
  }
  const puts = {};
  const said = [];
  const beside = `released-${site.version}/${path.split("/").pop()}`;
  if (made.left) {
    said.push(`The course has a newer release of this notebook. Yours ${made.left}, so it stays as it is. The new one is ${beside}.`);
  } else if (JSON.stringify(made.notebook) !== JSON.stringify(mine.content)) {
    const [place, copies] = copyBeside(path, mine.content);
    Object.assign(puts, copies, { [path]: { ...asFile(path, made.notebook), created: mine.created } });
    said.push(`This is a newer release of the notebook, with your answers. As it was: ${place}.`);
  }
  if (made.left || made.beside) {
    puts[beside] = asFile(beside, JSON.parse(text));
    for (const folder of foldersOf(beside)) puts[folder] = asFile(folder, null, "directory");
  }
  try {
    await files().put(puts);
    await released().put({ [path]: made.left ? { ...base, left: sha } : { sha, text } });
  } catch (error) {
    return [inWords(error)];
  }
  return [...said, ...(made.told ?? [])];
}

// Lets Python merge, in a worker of its own.
function merged(three, site) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("course/merging.js", root));
    worker.onmessage = ({ data }) => (worker.terminate(), data.error ? reject(new Error(data.error)) : resolve(JSON.parse(data.made)));
    worker.onerror = (event) => (worker.terminate(), reject(new Error(event.message || "Python did not start")));
    worker.postMessage({ ...three, python: new URL(site.python, root).href, update: new URL("course/update.py", root).href });
  });
}
