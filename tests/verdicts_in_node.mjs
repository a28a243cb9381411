// Runs tests/verdicts_of_the_bank.py in Pyodide under Node: node verdicts_in_node.mjs PYODIDE WHEELS PROGRAM MOST [NAME ...]
import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodideFolder, wheels, program, most, ...names] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: pyodideFolder, stdout: () => {}, stderr: (line) => console.error(line) });
await python.loadPackage(["numpy"], { messageCallback: () => {} });
for (const name of readdirSync(wheels)) {
  python.unpackArchive(new Uint8Array(readFileSync(`${wheels}/${name}`)), "wheel");
}
python.FS.writeFile("/home/pyodide/verdicts_of_the_bank.py", readFileSync(program, "utf8"));
const found = python.runPython(`
import json, verdicts_of_the_bank as bank
def found(most, names):
    return json.dumps(bank.verdicts(names.split() or [each.name for each in bank.asked()], most))
found
`)(Number(most), names.join(" "));
process.stdout.write(found);
