"""Run notebooks two at a time, and remember what they showed for as long as their code and the package stay.

The outputs of a notebook depend on its code, on this package, and on the libraries. A key is made of all three;
outputs are stored under it, and a notebook whose key is known is not run again.

jupyter-cache, which myst-nb brings, makes its key of the code and the kernel's name alone (`create_hashed_notebook`,
read on 30 November 2026 at commit 06741f0): after a change of this package it would show what the old one measured.
"""

import asyncio
import hashlib
import importlib.metadata
import json
import os
import platform
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

import bncourse
from bncourse.trouble import Trouble

AT_ONCE = 2
LONGEST_CELL = 300  # seconds; the longest cell of the course takes some tens on a busy machine
# Parts of the package that no notebook runs: a change there keeps the outputs.
NOT_IN_NOTEBOOKS = {"battery", "benchmarks", "grading", "sandbox", "site"}


def outputs_of(notebooks, cache, told=lambda name, cells: None):
    """Return what the code cells of notebooks show: run, or remembered.

    Parameters
    ----------
    notebooks : dict from str to nbformat.NotebookNode
        By name; they are not changed.
    cache : Path
        The folder in which outputs are remembered.
    told : callable, optional
        Called with a name and a number of cells, each time that so many of them are done.

    Returns
    -------
    dict from str to list
        For each notebook the outputs of its code cells, in order.

    Raises
    ------
    Trouble
        If a cell fails that is not meant to, or takes too long. What was run by then is remembered.
    """
    package = _package_key()
    places = {name: cache / f"{name}-{_key(package, notebook)}.json" for name, notebook in notebooks.items()}
    found = {}
    for name, place in places.items():
        if place.is_file():
            found[name] = _stored(place)
            told(name, len(found[name]))
    rest = {name: notebook for name, notebook in notebooks.items() if name not in found}
    if rest:
        cache.mkdir(parents=True, exist_ok=True)
        found |= asyncio.run(_run_all(rest, places, told))
    return found


async def _run_all(notebooks, places, told):
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name, notebook):
        async with turns:
            outputs = await _run(name, notebook, told)
        _remember(places[name], name, outputs)
        return outputs

    try:
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(one(name, notebook)) for name, notebook in notebooks.items()}
    except ExceptionGroup as several:  # the first that failed; it stopped the others
        raise several.exceptions[0] from None
    return {name: task.result() for name, task in tasks.items()}


async def _run(name, notebook, told):
    import copy

    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = copy.deepcopy(notebook)
    # a folder and a journal of its own: nothing of the person who builds the book gets into it
    with tempfile.TemporaryDirectory() as place:
        client = NotebookClient(
            notebook,
            timeout=LONGEST_CELL,
            kernel_name="python3",
            store_widget_state=False,  # the page shows the still figure
            resources={"metadata": {"path": place}},
            extra_arguments=["--IPKernelApp.log_level=40"],  # its start-up notes would cut through the progress bar
            on_cell_executed=lambda **_: told(name, 1),
        )
        try:
            await client.async_execute(env={**os.environ, "BNCOURSE_JOURNAL": str(Path(place, "journal.jsonl"))})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            said = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error).strip()
            raise Trouble(
                f"{name} does not run to its end: {said}\n"
                "Open it with `bncourse start`, run all its cells, and mend the one that stops."
            ) from error
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def _remember(place, name, outputs):
    """Store outputs under their key, and forget those of older keys."""
    part = place.with_suffix(".part")
    part.write_text(json.dumps(outputs), encoding="utf-8")
    for old in place.parent.glob(f"{name}-*.json"):
        old.unlink()
    os.replace(part, place)


def _stored(place):
    import nbformat

    return [nbformat.from_dict(outputs) for outputs in json.loads(place.read_text(encoding="utf-8"))]


def _key(package, notebook):
    code = [(cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps([package, code]).encode()).hexdigest()[:16]


def _package_key():
    """Return a text that changes when this package, one of its libraries or Python does."""
    digest = hashlib.sha256(platform.python_version().encode())
    root = Path(bncourse.__file__).parent
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and parts[0] not in NOT_IN_NOTEBOOKS and "__pycache__" not in parts:
            digest.update("/".join(parts).encode() + path.read_bytes())
    for line in importlib.metadata.requires("bncourse"):
        requirement = Requirement(line)
        if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
            digest.update(f"{requirement.name} {importlib.metadata.version(requirement.name)}".encode())
    return digest.hexdigest()
