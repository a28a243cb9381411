"""Wheels for the browser out of what is installed here: pure Python, at the versions that the course was tried with."""

import base64
import hashlib
import io
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from bncourse import __version__
from bncourse.trouble import Trouble

# With what each needs in the browser; what else it asks for at home has no use there.
NEEDED = {
    "comm": (),
    "ipywidgets": ("comm", "ipython", "traitlets"),  # what its widgets look like comes with JupyterLite
    "jinja2": ("markupsafe",),
    "markdown-it-py": ("mdurl",),
    "markupsafe": (),
    "mdurl": (),
    "mlxtend": ("numpy",),
    "platformdirs": (),
    "rich": ("markdown-it-py", "pygments"),
}
# They have compiled parts to be faster, and do the same without.
WITHOUT_COMPILED = ("markupsafe",)
# Of the course: what a learner's notebook asks for. Grading, the site and what measures the project stay at home.
LEFT_OUT = ("battery", "benchmarks", "grading", "sandbox", "site")
# For its first cell; what is large comes beside (`bncourse.large_libraries`).
COURSE_NEEDS = ("numpy", "matplotlib", "rich", "platformdirs", "ipywidgets", "jinja2")
_PACKAGE = Path(__file__).resolve().parents[2]
_SAME_TIME = (2020, 1, 1, 0, 0, 0)  # so that the same files give the same wheel


def all_wheels():
    """Return every wheel that the browser needs beside Pyodide's packages.

    Returns
    -------
    list of (dict, bytes)
        The entry in Pyodide's lock, and the content.

    Raises
    ------
    Trouble
        If a package is not installed here.
    """
    found = [_installed(name, depends) for name, depends in NEEDED.items()]
    return [*found, course()]


def course():
    """Return the wheel of the course itself, as `all_wheels` does."""
    files = {
        f"bncourse/{path.relative_to(_PACKAGE).as_posix()}": path.read_bytes()
        for path in sorted(_PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.relative_to(_PACKAGE).parts[0] not in LEFT_OUT
    }
    return _wheel("bncourse", __version__, files, COURSE_NEEDS, ["bncourse"])


def _installed(name, depends):
    try:
        known = distribution(name)
    except PackageNotFoundError as missing:
        raise Trouble(f"{name} is not installed here, and the browser needs it: pip install {name}") from missing
    files = {}
    for file in known.files or ():
        path = PurePosixPath(str(file).replace("\\", "/"))
        if ".." in path.parts or "__pycache__" in path.parts or path.parts[0].endswith(".dist-info"):
            continue  # scripts and data of other folders; the rest of the metadata is written anew
        if path.suffix in (".so", ".pyd", ".dylib"):
            if name in WITHOUT_COMPILED:
                continue
            raise Trouble(f"{name} has compiled parts, which no browser runs: {path}")
        if not {"test", "tests"} & set(path.parts):
            files[str(path)] = Path(known.locate_file(file)).read_bytes()
    imports = sorted({path.partition("/")[0].removesuffix(".py") for path in files})
    return _wheel(name, known.version, files, depends, imports)


def _wheel(name, version, files, depends, imports):
    called = f"{name.replace('-', '_')}-{version}"
    about = f"{called}.dist-info"
    files = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: bncourse\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, _SAME_TIME)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    content = packed.getvalue()
    entry = {
        "name": name,
        "version": version,
        "file_name": f"{called}-py3-none-any.whl",
        "install_dir": "site",
        "sha256": hashlib.sha256(content).hexdigest(),
        "package_type": "package",
        "imports": imports,
        "depends": list(depends),
        "unvendored_tests": False,
    }
    return entry, content


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
