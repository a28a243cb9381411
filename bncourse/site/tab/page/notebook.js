// Beside JupyterLite's own page: a newer release before the notebook opens, and a bar that says how things stand.

import { here, tidy, use } from "./ahead.js";
import { about, bring, watch } from "./newer.js";
import { attend, isUnkept, journal, keepNothing, notebooks } from "./refusals.js";
import { hasRoom } from "./room.js";
import { files, root } from "./storage.js";
import { download } from "./work.js";

const PATIENCE = 5_000; // milliseconds for JupyterLab's saving before the work is packed
const held = new Set();
const asking = new Set();
const warned = new Set();
let site = null;
let look = () => {}; // whether there is a newer release meanwhile
let until = 0; // when what the bar says may be replaced
const bar = document.createElement("footer");
const state = document.createElement("span");
const told = document.createElement("div");

async function prepare() {
  show();
  attend(tellOfRefusal);
  if (typeof WebAssembly !== "object") {
    tell("This browser has no WebAssembly, so Python cannot run in it, and no cell will. Open this page in a current browser.");
  }
  const asked = new URLSearchParams(location.search).get("path");
  if (asked) await hold(asked, true);
  site = await about();
  if (!site) return;
  use(site);
  look = watch(site, tell);
  tidy(site).catch(() => {});
  const name = asked?.split("/")[0];
  if (site.without_keras.includes(name)) {
    tell("Keras does not run in a browser. Read ", [new URL(`read/${name}.html`, root), "this notebook as it was run on a computer"],
      "; the exercises that need no Keras can be answered here.");
  }
  let kept;
  try {
    kept = await files().keys();
  } catch {
    keepNothing();
    tell("This browser keeps nothing from this page (a private window, perhaps). Before you close it: ", [save, "Download my work"], ".");
    return;
  }
  const paths = asked ? [asked] : kept.filter((path) => path in site.notebooks);
  for (const path of paths) {
    const elsewhere = asked ? !held.has(path) && "locks" in navigator : await isHeldElsewhere(path);
    const working = () => say("The course has a newer release of this notebook. Your answers are brought over ...");
    (await bring(path, site, elsewhere, working)).forEach((sentence) => tell(sentence));
  }
  if (!(await hasRoom())) {
    tell("This browser's storage is nearly full, so your next answers may not be kept. ", [save, "Download my work"],
      ", then free space in the browser's settings.");
  }
}

function show() {
  bar.id = "bncourse-bar";
  state.setAttribute("role", "status");
  told.setAttribute("role", "status");
  told.id = "bncourse-told";
  const home = document.createElement("a");
  home.href = new URL("index.html", root);
  home.textContent = "All notebooks";
  const work = document.createElement("a");
  work.href = new URL("my-work.html", root);
  work.textContent = "Open my work";
  bar.append(state, home, button("Download my work", save), work);
  document.body.append(told, bar);
  say("The notebook opens ...");
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", async () => {
    made.disabled = true;
    await act();
    made.disabled = false;
  });
  return made;
}

// Saves, as far as that can be done, and gives the reader the zip with all that is on the page.
async function save() {
  const saving = window.jupyterapp?.commands.execute("docmanager:save-all").catch(() => {});
  await Promise.race([saving, new Promise((resolve) => setTimeout(resolve, PATIENCE))]); // JupyterLab may wait for the reader
  const packing = download({ ...notebooks(), ...opened() }, await journal());
  say(await packing.catch((error) => `Your work could not be packed (${error.message || error}). Try once more.`), 8);
}

function say(words, seconds = 0) {
  if (Date.now() < until && !seconds) return;
  until = Date.now() + seconds * 1000;
  if (state.textContent !== words) state.textContent = words;
}

// Shows a sentence until it is closed, and gives it; of the parts, a pair is a link, or a button where it begins with a function.
function tell(...parts) {
  const line = document.createElement("p");
  for (const part of parts) {
    if (!Array.isArray(part)) line.append(part);
    else if (typeof part[0] === "function") line.append(button(part[1], part[0]));
    else {
      const link = document.createElement("a");
      [link.href, link.textContent] = part;
      line.append(link);
    }
  }
  line.append(" ", button("OK", () => line.remove()));
  told.append(line);
  return line;
}

// One sentence on what this browser refuses, as long as it does.
let refusal = null;
function tellOfRefusal(error) {
  if (error && refusal) return;
  refusal?.remove();
  refusal = null;
  if (!error) {
    if (isReady) say("Python is ready."); // and no longer "Not saved"
    return tell("All is saved in this browser again.");
  }
  const why = error.name === "QuotaExceededError" ? "its storage is full" : (error.message || error);
  refusal = tell(`This browser does not keep your answers (${why}). They are on this page alone. Before you close or reload it: `,
    [save, "Download my work"], ". Then free space in the browser's settings: saving is tried again by itself.");
}

// A notebook is open in one tab at a time: two would save over each other.
function hold(path, first = false) {
  if (!("locks" in navigator) || held.has(path) || asking.has(path)) return Promise.resolve();
  asking.add(path); // or this page would find its own lock
  return new Promise((resolve) => {
    navigator.locks.request(`${root.pathname} ${path}`, { ifAvailable: true }, (lock) => {
      asking.delete(path);
      if (lock) held.add(path);
      else if (first || !warned.has(path)) {
        others.postMessage(path);
        tellOfTwo(path);
      }
      resolve();
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}
const others = new BroadcastChannel(`bncourse - ${root.pathname}`);
others.onmessage = ({ data }) => held.has(data) && tellOfTwo(data);

function tellOfTwo(path) {
  warned.add(path);
  tell("This notebook is open in another tab, too. Write in one of them alone, and close the other.");
}

async function isHeldElsewhere(path) {
  const all = await navigator.locks?.query?.();
  return Boolean(all?.held.some((lock) => lock.name === `${root.pathname} ${path}`));
}

// Gives the notebooks that are open on this page, as they stand there.
function opened() {
  const found = {};
  for (const widget of window.jupyterapp?.shell.widgets?.("main") ?? []) {
    const context = widget.context;
    if (context?.path?.endsWith(".ipynb") && context.isReady) found[context.path] = context.model.toJSON();
  }
  return found;
}

// Python's state; what is run before it is ready is kept, and run then.
const waiting = [];
let asked = null;
let isReady = false;

function current() {
  return window.jupyterapp?.shell.currentWidget;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey) || isReady) return;
  if (current()?.content?.node.contains(event.target)) keep(event, event.shiftKey);
}, true);

// The button, which on a phone is all there is: some of JupyterLab's listen to the click, some to what comes before it.
for (const kind of ["mousedown", "click"]) {
  document.addEventListener(kind, (event) => {
    if (isReady || !event.target.closest?.('[data-jp-item-name="run"]')) return;
    if (kind === "mousedown" || event.detail === 0) keep(event, true);
    else event.stopImmediatePropagation();
  }, true);
}

function keep(event, goesOn) {
  const content = current()?.content;
  if (!content?.activeCell) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (content.activeCell.model.type === "code") {
    if (waiting.includes(content.activeCell.model.id)) return;
    waiting.push(content.activeCell.model.id);
  }
  if (goesOn && content.activeCellIndex + 1 < content.widgets.length) content.activeCellIndex += 1;
}

async function runWaiting() {
  const content = current()?.content;
  for (const id of waiting.splice(0)) {
    const place = content.widgets.findIndex((cell) => cell.model.id === id);
    if (place < 0) continue;
    const before = content.activeCellIndex;
    content.activeCellIndex = place;
    const run = window.jupyterapp.commands.execute("notebook:run-cell");
    content.activeCellIndex = before;
    await run;
  }
}

// The book's links name an exercise: #exercise=NAME.
let wanted = new URLSearchParams(location.hash.slice(1)).get("exercise");

// JupyterLab draws cells bit by bit and moves the page meanwhile; so it is done until it holds, or the reader moves it.
function goToExercise(content) {
  const place = content.widgets?.findIndex((cell) => cell.model.id === wanted) ?? -1;
  if (place < 0) return;
  const heading = `### Exercise: ${wanted}`;
  const task = content.widgets.slice(0, place).findLastIndex((cell) => cell.model.sharedModel.getSource().includes(heading));
  const cell = content.widgets[task < 0 ? place : task];
  const { top, height } = cell.node.getBoundingClientRect();
  if (content.activeCellIndex === place && height && top > 0 && top < window.innerHeight / 2) {
    wanted = null;
    return;
  }
  content.activeCellIndex = place;
  content.scrollToItem(task < 0 ? place : task, "start").catch(() => {});
  cell.node.scrollIntoView({ block: "start" });
}
for (const kind of ["wheel", "keydown", "pointerdown"]) document.addEventListener(kind, () => (wanted = null), { capture: true, once: true });

const began = Date.now();
const STUCK = 90_000; // milliseconds in which nothing came
let came = [0, 0];
let since = began;

async function starting() {
  const found = site && (await here(site).catch(() => null));
  if (found && found[0] !== came[0]) (came = found), (since = Date.now());
  if (isReady) return;
  const isThere = came[0] && came[0] >= came[1];
  if (!navigator.onLine && !isThere) {
    return say("There is no connection, and Python is not all here yet. When it is back, reload this page; what has come is kept.");
  }
  if (Date.now() - since > STUCK && !isThere) {
    return say("Python has not come further for a while. Check the connection, then reload this page; your text is kept.");
  }
  const much = came[0] && !isThere ? `, ${Math.round(came[0] / 1e6)} of ${Math.round(came[1] / 1e6)} MB` : "";
  const kept = waiting.length ? `${waiting.length} cell${waiting.length > 1 ? "s" : ""} will run then.` : "Read on; Shift+Enter is kept.";
  say(`Python is starting (${Math.round((Date.now() - began) / 1000)} s${much}). ${kept}`);
}

setInterval(() => {
  const widget = current();
  if (wanted && widget?.context?.isReady) goToExercise(widget.content);
  const path = widget?.context?.path;
  if (path?.endsWith(".ipynb")) hold(path);
  const kernel = widget?.sessionContext?.session?.kernel;
  if (!kernel) {
    if (widget?.context && isReady) isReady = false;
  } else if (asked !== kernel || kernel.connectionStatus !== "connected") {
    if (asked !== kernel) kernel.statusChanged.connect((_, status) => { if (/restarting|starting|dead/.test(status)) (asked = null), (isReady = false), look(); });
    asked = kernel;
    isReady = false;
    // What is answered by Python itself, and leaves no trace in the notebook.
    kernel.requestComplete({ code: "", cursor_pos: 0 }).then(() => {
      isReady = asked === kernel;
      if (isReady) runWaiting();
    }, () => { asked = null; });
  }
  if (widget?.context && !widget.context.bncourse) {
    widget.context.bncourse = true;
    widget.context.saveState.connect((_, how) => {
      if (how === "failed") tell("The notebook could not be saved in this browser. ", [save, "Download my work"], ", then reload this page.");
      // So that it is tried again, and the browser asks before the page is closed.
      if (how === "completed" && isUnkept(widget.context.path)) widget.context.model.dirty = true;
    });
  }
  if (!widget?.context) return say("The notebook opens ...");
  if (isReady) return say(isUnkept(path) ? "Python is ready. Not saved in this browser." : "Python is ready.");
  starting();
}, 1000);

// What must be done before JupyterLite reads a notebook; it never stays away.
export const ready = prepare().catch((error) => tell(`What is kept in this browser could not be looked at (${error.message || error}).`));
