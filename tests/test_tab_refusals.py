"""What a browser refuses to keep: the page's code under Node. In a browser: tests/browser/test_in_a_tab.py."""

import json
import shutil
import subprocess

import pytest

from bncourse.site.tab import around

ON_THE_PAGE = """
import { attend, isUnkept, journal, keepNothing, notebooks } from "./refusals.js";

const [files, told, found] = [new Map(), [], {}];
let trouble = null;
const write = (act) => { if (trouble) throw trouble; return act(); };
const contents = {
  save: async (path, options) => write(() => (files.set(path, options.content), { path })),
  get: async (path, options) => {
    if (!files.has(path)) throw new Error("Could not find it");
    return { path, content: options?.content ? files.get(path) : null };
  },
  createCheckpoint: async () => write(() => ({ id: "first" })),
};
const drive = {
  processDriveRequest: async ({ method, path, data }) => {
    if (method === "put") return await contents.save(path, { content: data }), null;
    if (method === "get") return { content: (await contents.get(path, { content: true })).content };
    throw `Drive request ${method} does not exist.`;
  },
};
const service = { _driveContentsProcessor: drive };
const plugin = "@jupyterlite/application-extension:service-worker-manager";
const pluginRegistry = { _plugins: new Map([[plugin, { service }]]) };
globalThis.window = { jupyterapp: { serviceManager: { contents }, pluginRegistry } };
attend((error) => told.push(error && error.name));
await new Promise((resolve) => setTimeout(resolve, 200));

const ask = (method, path, data) => drive.processDriveRequest({ method, path, data });
const [JOURNAL, NOTEBOOK] = ["bncourse-journal.txt", "00-warm-up/00-warm-up.ipynb"];
found.made = files.get(JOURNAL);
found.unknown = await ask("get", "nowhere.txt");
found.strange = await ask("dance", "nowhere.txt");
await ask("put", JOURNAL, "one");
trouble = new DOMException("", "QuotaExceededError");
found.journalPut = await ask("put", "/" + JOURNAL, "one two");
found.journalGot = await ask("get", "BrowserStorage:" + JOURNAL);
found.filePut = await ask("put", "mine.npy", "numbers");
found.other = await contents.save("mine.npy", { content: "numbers" }).catch((error) => error.name);
const notebook = { type: "notebook", content: { cells: ["answer"] } };
found.saved = (await contents.save(NOTEBOOK, notebook)).path;
found.checkpoint = (await contents.createCheckpoint(NOTEBOOK)).id;
Object.assign(found, { isUnkept: isUnkept(NOTEBOOK), notebooks: notebooks(), journal: await journal() });
found.told = [...told];
trouble = null;
await contents.save(NOTEBOOK, notebook);
await new Promise((resolve) => setTimeout(resolve, 50));
Object.assign(found, { after: Object.fromEntries(files), last: told.at(-1), still: isUnkept(NOTEBOOK) });
keepNothing();
await contents.save(NOTEBOOK, notebook);
Object.assign(found, { privately: isUnkept(NOTEBOOK), toldPrivately: told.at(-1) });
console.log(JSON.stringify(found));
"""

IN_THE_WORKER = """
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

let listen;
globalThis.self = { registration: { scope: "http://host/course/" }, addEventListener: (kind, act) => (listen = act) };
runInThisContext(readFileSync("cache.js", "utf8").replace("LONGEST = 60_000", "LONGEST = 300"));
const page = new BroadcastChannel("/sw-api.v1");
page.onmessage = ({ data: { data, browsingContextId, pathname } }) => {
  if (data.method === "silence") return;
  const replies = { put: null, get: { content: pathname }, full: { refused: "Quota" }, folder: undefined };
  const response = replies[data.method];
  page.postMessage({ response: null, browsingContextId: "another page" });
  page.postMessage({ response, browsingContextId });
};
const found = {};
for (const method of ["put", "get", "full", "folder", "silence"]) {
  let answer;
  const json = async () => ({ data: { method }, browsingContextId: "page" });
  listen({
    request: { method: "POST", url: "http://host/course/api/drive", json },
    stopImmediatePropagation: () => {},
    respondWith: (coming) => (answer = coming),
  });
  const reply = await answer;
  found[method] = [reply.status, reply.status === 200 ? await reply.json() : null];
}
let others = 0;
for (const url of ["http://host/course/api/stdin/kernel", "http://host/elsewhere/api/drive"]) {
  listen({ request: { method: "POST", url }, stopImmediatePropagation: () => others++, respondWith: () => others++ });
}
console.log(JSON.stringify({ ...found, others }));
process.exit();
"""


def under_node(program, folder):
    if not (node := shutil.which("node")):
        pytest.skip("node is not installed")
    for path in around.PAGE.glob("*.js"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "program.mjs").write_text(program, encoding="utf-8")
    done = subprocess.run([node, "program.mjs"], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_a_full_storage_refuses_stays_on_the_page_until_it_is_kept(tmp_path):
    found = under_node(ON_THE_PAGE, tmp_path)
    answer = {"cells": ["answer"]}
    place = "00-warm-up/00-warm-up.ipynb"
    assert found["saved"] == place and found["checkpoint"] == ""
    assert found["isUnkept"] and found["notebooks"] == {place: answer}
    assert found["told"] and set(found["told"]) == {"QuotaExceededError"}
    assert found["after"] == {place: answer, "bncourse-journal.txt": "one two"}
    assert found["last"] is None and not found["still"]


def test_the_journal_is_there_before_python_asks_and_python_reads_what_it_wrote_also_where_it_is_refused(tmp_path):
    found = under_node(ON_THE_PAGE, tmp_path)
    assert found["made"] == ""
    assert found["journalPut"] is None and found["journalGot"] == {"content": "one two"}
    assert found["journal"] == "one two"


def test_python_gets_an_answer_for_every_file_and_a_refusal_is_no_success(tmp_path):
    found = under_node(ON_THE_PAGE, tmp_path)
    assert found["unknown"] == {"refused": "Could not find it"}
    assert found["strange"] == {"refused": "Drive request dance does not exist."}
    assert "refused" in found["filePut"] and found["other"] == "QuotaExceededError"


def test_where_nothing_is_kept_every_notebook_counts_as_unkept(tmp_path):
    found = under_node(ON_THE_PAGE, tmp_path)
    assert found["privately"] and found["toldPrivately"] is None  # the page has said so when it was opened


def test_the_worker_answers_python_with_an_error_where_the_page_refuses_or_is_silent(tmp_path):
    found = under_node(IN_THE_WORKER, tmp_path)
    assert found["put"] == [200, None] and found["get"] == [200, {"content": "/course/api/drive"}]
    assert found["full"] == found["folder"] == found["silence"] == [507, None]
    assert found["others"] == 0  # JupyterLite's own
