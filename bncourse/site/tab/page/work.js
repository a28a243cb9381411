// My work: what was answered in this browser, as one zip, and the way back.

import { asFile, copyBeside, files, foldersOf, inWords, JOURNAL, released } from "./storage.js";
import { pack, unpack } from "./zip.js";

const NOTEBOOK = /^(\d\d-[\w-]+)\/\1\.ipynb$/;
export const ABOUT = "bncourse-work.json";

// Gives the notebooks that are kept here: their path, and when each was saved.
export async function kept() {
  const found = [];
  for (const path of await files().keys()) {
    if (NOTEBOOK.test(path)) found.push({ path, saved: (await files().get(path)).last_modified });
  }
  return found;
}

// Gives the zip. What is open on the page, such as { "NN/NN.ipynb": notebook }, counts before what was saved of it; so
// does its journal.
export async function zip(open = {}, journal = "") {
  const notebooks = {};
  const bases = {};
  try {
    for (const { path } of await kept()) notebooks[path] = (await files().get(path)).content;
    journal ||= (await files().get(JOURNAL))?.content ?? "";
    for (const path of Object.keys(notebooks)) bases[path] = (await released().get(path))?.text;
  } catch {
    // this browser keeps nothing; what is open is all there is
  }
  for (const path of Object.keys(open)) if (NOTEBOOK.test(path)) notebooks[path] = open[path];
  const entries = Object.keys(notebooks).sort().map((path) => [path, `${JSON.stringify(notebooks[path], null, 1)}\n`]);
  if (entries.length === 0) return null;
  entries.push([ABOUT, JSON.stringify({ format: 1, released: bases })]);
  if (journal) entries.push([JOURNAL, journal]);
  return await pack(entries);
}

// Saves the zip as a file of the reader's device; gives a sentence.
export async function download(open = {}, journal = "") {
  const packed = await zip(open, journal);
  if (packed === null) return "Nothing is kept here yet. Answer an exercise first; a notebook is saved every 10 seconds.";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(packed);
  link.download = `bncourse-work-${new Date().toISOString().slice(0, 10)}.zip`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return `Your work is in ${link.download}, among your downloads.`;
}

// Takes a zip of `download`, or notebooks; gives sentences. What was kept here is copied beside before it is replaced.
export async function open(chosen) {
  const entries = [];
  for (const file of chosen) {
    try {
      entries.push(...(/\.zip$/i.test(file.name) ? await unpack(file) : [[file.name, await file.text()]]));
    } catch (error) {
      return [`${file.name} cannot be opened: ${error.message}. Nothing was changed.`];
    }
  }
  const about = parsed(entries.find(([path]) => path.split("/").pop() === ABOUT)?.[1]) ?? {};
  const puts = {};
  const bases = {};
  const said = [];
  for (const [path, text] of entries) {
    const name = path.split("/").pop().replace(/( ?\(\d+\)|-\d{1,3})?\.ipynb$/, "");
    if (!path.endsWith(".ipynb") || !NOTEBOOK.test(`${name}/${name}.ipynb`)) continue;
    const place = `${name}/${name}.ipynb`;
    const notebook = parsed(text);
    if (!Array.isArray(notebook?.cells)) said.push(`${path} is no notebook that can be read; it was left out.`);
    else if (place in puts) said.push(`${path} was left out: there are two of ${name}.`);
    else {
      puts[place] = asFile(place, notebook);
      const text = about.released?.[place];
      if (typeof text === "string") bases[place] = { text };
      said.push(`${name} is here.`);
    }
  }
  const brought = Object.keys(puts);
  if (brought.length === 0) return [...said, "There is no notebook of this course in it. Nothing was changed."];
  try {
    for (const place of brought) {
      const here = await files().get(place);
      if (here && JSON.stringify(here.content) !== JSON.stringify(puts[place].content)) {
        const [beside, copies] = copyBeside(place, here.content);
        Object.assign(puts, copies);
        said.push(`What you had of it here is kept in ${beside}.`);
      }
      for (const folder of foldersOf(place)) puts[folder] = asFile(folder, null, "directory");
    }
    const lines = (text) => (text ?? "").split("\n").filter((line) => line.trim());
    const mine = lines((await files().get(JOURNAL))?.content);
    const came = lines(entries.find(([path]) => /^(bncourse-)?journal\.(txt|jsonl)$/.test(path.split("/").pop()))?.[1]);
    const all = [...mine, ...came.filter((line) => !mine.includes(line))];
    if (came.length) puts[JOURNAL] = asFile(JOURNAL, `${all.join("\n")}\n`, "file");
    // The release first: where the second writing fails, the notebook that is here is merged once more, at worst.
    const marks = {};
    for (const place of brought) marks[place] = bases[place] ?? { text: "" };
    await files().put(puts);
    await released().put(marks);
  } catch (error) {
    return [inWords(error)];
  }
  return said;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
