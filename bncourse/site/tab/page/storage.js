// What this browser keeps of the course: the files of JupyterLite, and the release that each of them comes from.

import { withRoom } from "./room.js";

export const root = new URL("..", import.meta.url);
const FILES = { name: `JupyterLite Storage - ${root.pathname}`, store: "files" };
const RELEASED = { name: `bncourse - ${root.pathname}`, store: "released" };
export const JOURNAL = "bncourse-journal.txt";
export const BEFORE = "before";

export function files() {
  return new Kept(FILES);
}

export function released() {
  return new Kept(RELEASED);
}

// One store of a database. It is opened for each call and closed again, so that it is never in JupyterLite's way.
class Kept {
  constructor({ name, store }) {
    this.name = name;
    this.store = store;
  }

  async keys() {
    return (await this.#run("readonly", (store) => store.getAllKeys())) ?? [];
  }

  async get(key) {
    return await this.#run("readonly", (store) => store.get(key));
  }

  // Puts all of them or none.
  async put(entries) {
    await withRoom(() => this.#run("readwrite", (store) => {
      for (const [key, value] of Object.entries(entries)) store.put(value, key);
    }));
  }

  async #run(mode, act) {
    const database = await this.#open(mode === "readwrite");
    if (database === null) return undefined;
    try {
      return await new Promise((resolve, reject) => {
        const done = database.transaction(this.store, mode);
        const asked = act(done.objectStore(this.store));
        done.oncomplete = () => resolve(asked?.result);
        done.onabort = done.onerror = ({ target }) => reject(target.error ?? new Error("the browser did not keep it"));
      });
    } finally {
      database.close();
    }
  }

  async #open(make, version) {
    const database = await new Promise((resolve, reject) => {
      const asked = indexedDB.open(this.name, version);
      let absent = false;
      asked.onupgradeneeded = () => {
        if (make) asked.result.createObjectStore(this.store);
        else (absent = true), asked.transaction.abort();
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => (absent ? resolve(null) : reject(asked.error));
    });
    if (database === null || database.objectStoreNames.contains(this.store)) return database;
    database.close();
    return make ? await this.#open(true, database.version + 1) : null;
  }
}

// Gives a notebook or a text as JupyterLite keeps a file.
export function asFile(path, content, type = "notebook") {
  const now = new Date().toISOString();
  const text = type === "notebook" ? JSON.stringify(content) : (content ?? "");
  return {
    name: path.split("/").pop(),
    path,
    type,
    content,
    format: { notebook: "json", directory: "json", file: "text" }[type],
    mimetype: { notebook: "application/json", directory: "", file: "text/plain" }[type],
    created: now,
    last_modified: now,
    size: text.length,
    writable: true,
    hash: null,
    hash_algorithm: null,
  };
}

// Gives the folders above a path, which JupyterLite wants as files of their own.
export function foldersOf(path) {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, place) => parts.slice(0, place + 1).join("/"));
}

// Gives what keeps a copy of a notebook beside, in a folder that says when.
export function copyBeside(path, content, now = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const when = `${day} ${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const place = `${BEFORE}/${when}/${path.split("/").pop()}`;
  const entries = { [place]: asFile(place, content) };
  for (const folder of foldersOf(place)) entries[folder] = asFile(folder, null, "directory");
  return [place, entries];
}

// Gives an error in words that say what to do.
export function inWords(error) {
  if (error?.name === "QuotaExceededError") {
    return "This browser's storage is full. Nothing was changed. Download your work, then free space in the browser's settings.";
  }
  return `This browser does not keep it (${error?.message || error}). Nothing was changed. Download your work.`;
}
