"""Run commands as one of several people, each in a child of a process that has imported nbgrader.

One line of JSON on standard input is one task, one line on standard output is what came of it.
"""

import importlib
import json
import os
import shutil
import sys
import tempfile
import traceback


def become(task):
    """Become a person: number, groups, home, a umask of 077."""
    os.setgroups([])
    os.setgid(task["number"])
    os.setuid(task["number"])
    os.umask(0o077)
    os.environ.update(HOME=task["home"], USER=task["home"].rpartition("/")[2])
    os.chdir(task["folder"])


def run(arguments):
    """Run a command line in this process, and end it with the command's code."""
    program, *rest = arguments
    if program == "nbgrader":
        from nbgrader.apps.nbgraderapp import main

        sys.argv = arguments
        main()
        return 0
    from bncourse.cli import main

    return main(rest)


def reach(paths):
    """Try everything on each path; gives what worked, as (what, path)."""
    worked = []
    for path in paths:
        name = path + ".mine"
        for what, attempt in (
            ("list", lambda path=path: os.listdir(path)),
            ("read", lambda path=path: os.read(os.open(path, os.O_RDONLY), 1)),
            ("write", lambda path=path: os.open(path, os.O_WRONLY)),
            ("make", lambda path=path: os.open(os.path.join(path, "of-mine"), os.O_CREAT | os.O_EXCL)),
            ("chmod", lambda path=path: os.chmod(path, 0o777)),
            ("rename", lambda path=path, name=name: os.rename(path, name)),
            ("remove", lambda path=path: shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)),
            ("replace", lambda path=path: os.symlink("/", path)),
        ):
            try:
                attempt()
            except OSError:
                continue
            worked.append((what, path))
    return worked


def answer(task):
    """Do a task in a child that has become the person; the child says what came of it in a file."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as outcome:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                become(task)
                if "reach" in task:
                    json.dump(reach(task["reach"]), outcome)
                    outcome.flush()
                    code = 0
                else:
                    code = run(task["run"])
            except SystemExit as end:
                code = end.code
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code if isinstance(code, int) else bool(code))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        outcome.seek(0)
        worked = outcome.read()
        return {
            "code": os.waitstatus_to_exitcode(status),
            "said": said.read(),
            "worked": json.loads(worked) if worked else None,
        }


if __name__ == "__main__":
    for module in ("nbgrader.apps.nbgraderapp", "bncourse.cli"):
        importlib.import_module(module)

    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
