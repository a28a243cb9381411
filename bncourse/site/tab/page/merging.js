// Merges a newer release with what a learner has: the same Python that `bncourse get` runs.

const PROGRAM = `
import json, sys
sys.path.insert(0, "/home/pyodide")
from update import NotMerged, checked, merge

def made(base, mine, text):
    try:
        came = merge(json.loads(base) if base else None, checked(json.loads(mine)), json.loads(text))
    except NotMerged as reason:
        return json.dumps({"left": str(reason)})
    return json.dumps({"notebook": came.notebook, "told": came.told, "beside": came.beside})
made
`;

onmessage = async ({ data: { base, mine, text, python, update } }) => {
  try {
    importScripts(`${python}pyodide.js`);
    const pyodide = await loadPyodide({ indexURL: python });
    pyodide.FS.writeFile("/home/pyodide/update.py", await (await fetch(update)).text());
    postMessage({ made: pyodide.runPython(PROGRAM)(base ?? undefined, mine, text) });
  } catch (error) {
    postMessage({ error: String(error.message || error) });
  }
};
