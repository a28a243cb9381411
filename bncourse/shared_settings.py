"""The settings that Jupyter reads for everybody on a machine, and what of a course is in them."""

import ast
import json
import os
from pathlib import Path

SETTINGS = "nbgrader_config"
# Files that set something for everybody.
FOR_ALL = (
    "etc/environment",
    "etc/profile",
    "etc/bash.bashrc",
    "etc/profile.d/*.sh",
    "etc/jupyterhub/*.py",
    "srv/jupyterhub/*.py",
    "opt/tljh/config/jupyterhub_config.d/*.py",
)
# Set for everybody, these lead students into the course of who teaches.
LEAD_INTO_THE_COURSE = ("CourseDirectory.root", "CourseDirectory.db_url")


def shared_places(*homes):
    """Return the folders from which Jupyter reads settings, without those in these homes; the first one counts most."""
    from jupyter_core.paths import jupyter_config_path

    return [path for path in map(Path, jupyter_config_path()) if not any(path.is_relative_to(home) for home in homes)]


def forced(places, course, top="/"):
    """Yield what forces a course on everybody.

    Parameters
    ----------
    places : list of Path
        From `shared_places`.
    course : Path
    top : path
        Where the system's own folders are.

    Yields
    ------
    says, type_this : str
    """
    for place in places:
        for path in _files(place):
            if path.resolve().parent == course:
                yield f"{path} is the course's own, and takes every student into its folders", f"rm {path}"
                continue
            for option in LEAD_INTO_THE_COURSE:
                if option in assigned(path):
                    yield f"{path} sets {option} for everybody", f"take the line c.{option} out of {path}"
    for pattern in FOR_ALL:
        for path in sorted(Path(top).glob(pattern)):
            if _names(path, course):
                yield f"{path} names the course, for everybody", f"take {course} out of {path}"


def in_the_variable(course):
    """Return whether JUPYTER_CONFIG_PATH, as it is set here, names the course."""
    named = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
    return any(path and Path(path).resolve() == course for path in named)


def lacking(places, wanted):
    """Return the lines of settings that are not there for everybody.

    Parameters
    ----------
    places : list of Path
    wanted : dict
        By option, such as ``{"Exchange.root": "/srv/exchange"}``.
    """
    named = {}
    for place in places:
        for path in _files(place):
            named = assigned(path) | named
    return [f"c.{name} = {json.dumps(value) if value is not True else value}" for name, value in wanted.items()
            if named.get(name) != value]  # fmt: skip


def assigned(path):
    """Return the constants that a file of settings assigns; it is read, and not run.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "nbgrader_config.py")
    ...     _ = path.write_text('c.Exchange.root = "/srv/exchange"')
    ...     assigned(path)
    {'Exchange.root': '/srv/exchange'}
    """
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            sections = json.loads(text).items()
            return {f"{name}.{option}": value for name, options in sections for option, value in options.items()}
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError, AttributeError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (name := ast.unparse(node.targets[0])).startswith("c."):
            found[name.removeprefix("c.")] = node.value.value if isinstance(node.value, ast.Constant) else None
    return found


def _files(place):
    return [path for suffix in (".py", ".json") if os.path.exists(path := place / f"{SETTINGS}{suffix}")]


def _names(path, course):
    """Return whether a line of a file, which is no comment, names the course or something in it."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(str(course) in line for line in lines if not line.lstrip().startswith("#"))
