// Runs a program of Python in Pyodide under Node, and writes what the program prints:
// node in_pyodide.mjs PYODIDE WHEELS PACKAGE,PACKAGE PROGRAM [WORD ...]
// A word that is a path of this machine is read by the program under /host, where "/" of this machine is seen.
import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

// For programs that measure: the seconds that this thread has had a processor, in which Python runs. Node's other threads
// compile beside it, and nobody waits for them; where the system does not tell a thread's time, that of all counts.
globalThis.processorSeconds = () => {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e9;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
};

const [pyodideFolder, wheels, packages, program, ...words] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: pyodideFolder, stdout: () => {}, stderr: (line) => console.error(line) });
await python.loadPackage(packages.split(","), { messageCallback: () => {} });
for (const name of readdirSync(wheels)) {
  python.unpackArchive(new Uint8Array(readFileSync(`${wheels}/${name}`)), "wheel");
}
python.FS.mkdirTree("/host");
python.FS.mount(python.FS.filesystems.NODEFS, { root: "/" }, "/host");
const printed = python.runPython(`
import contextlib, io, runpy, sys
def printed(program, words):
    sys.argv = [program, *words]
    sys.path.insert(0, "/host" + program.rpartition("/")[0])
    with contextlib.redirect_stdout(io.StringIO()) as output:
        runpy.run_path("/host" + program, run_name="__main__")
    return output.getvalue()
printed
`);
try {
  process.stdout.write(printed(program, python.toPy(words)));
} catch (error) { // thrown on, Node would show Pyodide's own code with it
  console.error(error.message);
  process.exitCode = 1;
}
