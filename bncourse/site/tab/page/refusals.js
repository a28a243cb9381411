// What this browser refuses to keep: it stays on the page, the reader is told once, and JupyterLab's next saving tries again.

import { withRoom } from "./room.js";
import { asFile, JOURNAL } from "./storage.js";

const OF_THE_DRIVE = "@jupyterlite/application-extension:service-worker-manager";
const OFTEN = 50; // milliseconds
const unkept = new Map(); // from a path to what was to be saved there
let isKeeping = true; // false in a browser that has no storage for this page at all
let told = () => {};

// Attends to JupyterLite's files as soon as they are there; `tell` gets what was refused: an error, or null when all is kept.
export function attend(tell) {
  told = tell;
  let isWatched = false;
  const looking = setInterval(() => {
    const contents = window.jupyterapp?.serviceManager?.contents;
    if (contents && !isWatched) (isWatched = true), watch(contents);
    const drive = window.jupyterapp?.pluginRegistry?._plugins?.get(OF_THE_DRIVE)?.service?._driveContentsProcessor;
    if (drive) clearInterval(looking), answer(drive);
  }, OFTEN);
}

// Says that nothing will outlast this page, though JupyterLite saves it in the page's memory.
export function keepNothing() {
  isKeeping = false;
}

// Gives the notebooks that are on this page alone, such as { "NN/NN.ipynb": notebook }.
export function notebooks() {
  return Object.fromEntries([...unkept].filter(([path, content]) => path.endsWith(".ipynb") && content));
}

// Gives the journal as this page has it, kept or not.
export async function journal() {
  const found = await window.jupyterapp?.serviceManager.contents.get(JOURNAL, { content: true }).catch(() => null);
  return found?.content ?? "";
}

// Says whether a notebook is on this page alone.
export function isUnkept(path) {
  return unkept.has(path);
}

const plain = (path) => decodeURIComponent(path).replace(/^[^/]*:/, "").replace(/^\//, "");
const isWork = (path) => path.endsWith(".ipynb") || path === JOURNAL;

function watch(contents) {
  const [save, get, checkpoint] = ["save", "get", "createCheckpoint"].map((name) => contents[name].bind(contents));
  contents.save = async (asked, options = {}) => {
    const path = plain(asked);
    try {
      const saved = await withRoom(() => save(asked, options));
      if (!isKeeping && isWork(path)) unkept.set(path, options.content);
      else if (unkept.delete(path)) {
        if (unkept.size === 0) told(null);
        // Nobody else tries the journal again before the next check.
        else if (unkept.has(JOURNAL)) contents.save(JOURNAL, asFile(JOURNAL, unkept.get(JOURNAL), "file"));
      }
      return saved;
    } catch (error) {
      if (!isWork(path)) throw error;
      unkept.set(path, options.content);
      told(error);
      return { ...asFile(path, options.content, options.type), content: null };
    }
  };
  contents.get = async (asked, options) => {
    if (plain(asked) !== JOURNAL || !unkept.has(JOURNAL)) return await get(asked, options);
    const file = asFile(JOURNAL, unkept.get(JOURNAL), "file");
    return options?.content ? file : { ...file, content: null };
  };
  contents.createCheckpoint = (asked) =>
    withRoom(() => checkpoint(asked)).catch(() => ({ id: "", last_modified: new Date().toISOString() }));
  // So that Python need not make the journal, which a full storage would refuse before any of it is known here.
  get(JOURNAL).catch(() => contents.save(JOURNAL, asFile(JOURNAL, "", "file")));
}

// JupyterLite leaves what Python asks of a file without an answer when it fails, and the cell would wait for ever.
function answer(drive) {
  const process = drive.processDriveRequest.bind(drive);
  drive.processDriveRequest = async (request) => {
    try {
      return await withRoom(() => process(request));
    } catch (error) {
      if (error?.name === "QuotaExceededError") told(error);
      return { refused: String(error?.message || error) };
    }
  };
}
