"""``bncourse site``: the course as a folder of static files that runs in a browser tab, with nothing to install."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from bncourse.backend import pip_install
from bncourse.course import find_folder
from bncourse.site import folders
from bncourse.site.book.execution import outputs_of
from bncourse.site.tab import around, executed, runtime, start_page, wheels
from bncourse.trouble import Trouble

MARK = "made-by-bncourse-site.txt"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
# On the drive that the browser keeps; a file there whose ending JupyterLite does not know ends the kernel for good.
JOURNAL = "/drive/bncourse-journal.txt"
WIDGETS = "@jupyter-widgets/jupyterlab-manager"
_SETTINGS = Path(__file__).resolve().parents[2] / "learner" / "lab" / "everyone" / "labconfig"
# Every cell is on the page, so that the browser finds its words, and a reader of screens reads on.
_WHOLE = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"}}
_UNUSED = ("*.map", "*.LICENSE.txt", "third-party-licenses.json")


def command(options):
    """Write the browser's edition, or show it; see ``bncourse site --help``."""
    output = Path(options.output) if options.output else None
    if options.serve:
        from bncourse.site.tab.serve import serve

        return serve(output or find_folder() / "build" / "site", options.port)
    _require_jupyterlite()
    course = find_folder()
    output = folders.usable(output or course / "build" / "site", MARK, "bncourse site")
    print(
        "Building the site, which takes half a minute, and longer the first time: the Keras notebooks are run ...",
        file=sys.stderr,
    )
    with tempfile.TemporaryDirectory(prefix="bncourse-site-") as place:
        site = build(course, Path(place), options.pyodide)
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
        folders.put(site, output)
    where = "" if options.output is None else f" --output {options.output}"
    print(
        f"The course in a browser tab: {output}, {size / 1e6:.0f} MB. See it: bncourse site --serve{where}. To publish "
        "it, copy the folder to any host of static files."
    )
    return 0


def build(course, place, pyodide=None, run=outputs_of):
    """Make the site in a folder.

    Parameters
    ----------
    course : path
    place : path
        An empty folder.
    pyodide : str, optional
        Where Pyodide's files come from, see `bncourse.site.tab.runtime.fetch`.
    run : callable, optional
        What runs the notebooks that no browser can, as `bncourse.site.book.execution.outputs_of`.

    Returns
    -------
    Path
        The site.

    Raises
    ------
    Trouble
        If a part of it cannot be had, or JupyterLite fails.
    """
    source, work, site, python = place / "lite", place / "work", place / "site", place / "python"
    for folder in (source, work, python):
        folder.mkdir(parents=True)
    home = _runtime(python, pyodide)
    names = start_page.released(course)
    contents = source / "contents"
    for name in names:
        notebook = course / "notebooks" / name / f"{name}.ipynb"
        (contents / name).mkdir(parents=True)
        shutil.copy(notebook, contents / name)
    settings = json.loads((_SETTINGS / "default_setting_overrides.json").read_text(encoding="utf-8")) | _WHOLE
    (source / "overrides.json").write_text(json.dumps(settings), encoding="utf-8")
    (source / "jupyter-lite.json").write_text(json.dumps(_config(home)), encoding="utf-8")
    (work / "jupyter_lite_config.json").write_text(json.dumps(_lite(source, site, contents)), encoding="utf-8")
    _run_jupyterlite(source, work)
    for pattern in _UNUSED:
        for path in site.rglob(pattern):
            path.unlink()
    (site / home).parent.mkdir(exist_ok=True)
    shutil.move(python, site / home)
    without_keras = executed.without_keras(course, names)
    executed.write(course, without_keras, site, run)
    start_page.write(course, names, site, without_keras)
    around.write(names, site, home, without_keras)
    (site / MARK).write_text("A folder that holds this file may be replaced by bncourse site.\n", encoding="utf-8")
    (site / ".nojekyll").write_text("", encoding="utf-8")  # or GitHub Pages leaves out what begins with _
    return site


def _runtime(folder, pyodide):
    """Fill a folder with Python, and give its place in the site, which another content has not."""
    lock = runtime.fetch(pyodide, folder)
    for entry, content in wheels.all_wheels():
        (folder / entry["file_name"]).write_bytes(content)
        lock["packages"][entry["name"]] = entry
    runtime.write_lock(folder, lock)
    return f"static/python-{hashlib.sha256((folder / runtime.LOCK).read_bytes()).hexdigest()[:12]}/"


def _config(home):
    """Return what JupyterLite reads when the page is opened."""
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Batch normalization",
            "defaultKernelName": "python",
            "disabledExtensions": [
                "@jupyterlab/extensionmanager-extension",
                "@jupyterlite/server-extension:emscripten",
            ],
            "enableMemoryStorage": True,
            "exposeAppInBrowser": True,  # for the bar of the course: is Python ready, what is open
            "litePluginSettings": {
                f"{KERNEL}:kernel": {
                    "pyodideUrl": f"./{home}pyodide.js",
                    "disablePyPIFallback": True,
                    "loadPyodideOptions": {"env": {"HOME": "/home/pyodide", "BNCOURSE_JOURNAL": JOURNAL}},
                }
            },
        },
    }


def _lite(source, site, contents):
    """Give what ``jupyter lite build`` reads; nothing of this machine's JupyterLab goes in but these two extensions."""
    labs = Path(sys.prefix, "share", "jupyter", "labextensions")
    return {
        "LiteBuildConfig": {
            "lite_dir": str(source),
            "output_dir": str(site),
            "contents": [str(contents)],
            "ignore_sys_prefix": ["federated_extensions", "settings"],
            "federated_extensions": [str(labs / KERNEL), str(labs / WIDGETS)],
            "apps": ["lab", "notebooks", "tree"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
        }
    }


def _run_jupyterlite(source, work):
    environment = os.environ | {"JUPYTER_PREFER_ENV_PATH": "1", "SOURCE_DATE_EPOCH": "1577836800"}
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(source)],
        cwd=work,  # it leaves a database where it runs
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise Trouble(f"JupyterLite could not build the site:\n{last}")


def _require_jupyterlite():
    wanted = {"jupyterlite_core": "jupyterlite-core", "jupyterlite_pyodide_kernel": "jupyterlite-pyodide-kernel"}
    missing = [package for module, package in wanted.items() if find_spec(module) is None]
    if missing:
        raise Trouble(f"{' and '.join(missing)} is not installed here. Install it: {pip_install('bncourse[site]')}")
    version = metadata.version("jupyterlite-pyodide-kernel")
    if not version.startswith("0.6."):
        raise Trouble(
            f"jupyterlite-pyodide-kernel {version} is for another Pyodide than {runtime.VERSION}. "
            f"Install the one that fits: {pip_install('bncourse[site]')}"
        )
