"""How much work each cell of a solved notebook is, in seconds of a processor: ``python tests/cell_seconds.py 04 05``.

Seconds of a processor hardly depend on what else the machine does, so they are recorded, in ``cell_seconds.json``, and
`test_waiting.py` holds the record. A notebook whose cells have changed is measured anew.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
RECORD = Path(__file__).with_name("cell_seconds.json")


def measured(path):
    """Run a notebook, and give the seconds of each code cell, the threads and processes it starts included."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=1200, resources={"metadata": {"path": str(path.parent)}}
    )
    seconds = {}
    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                before = sum(kernel.cpu_times()[:4])
                client.execute_cell(cell, number)
                seconds[cell.id] = round(sum(kernel.cpu_times()[:4]) - before, 2)
    return seconds


if __name__ == "__main__":
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    with tempfile.TemporaryDirectory() as place:
        os.environ["BNCOURSE_JOURNAL"] = str(Path(place, "journal.jsonl"))
        for path in sorted((ROOT / "solutions").glob("*/*.ipynb")):
            if not sys.argv[1:] or path.stem[:2] in sys.argv[1:]:
                record[path.stem] = measured(path)
                print(f"{path.stem}: {sum(record[path.stem].values()):.1f} s")
                text = json.dumps(dict(sorted(record.items())), indent=1)
                RECORD.write_text(text + "\n", encoding="utf-8")
