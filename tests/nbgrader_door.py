"""Run ``nbgrader`` command lines, one after the other, each in a child of a process that has imported it.

Half of a command is import: of nbgrader, and of what the course's settings name. One line of JSON on standard input is
one command: the arguments, the folder to run in, and what to add to the environment; one line of JSON on standard
output is what came of it.
"""

import json
import os
import sys
import tempfile
import traceback

from nbgrader.apps.nbgraderapp import main

import bncourse.companion.aids
import bncourse.grading.nbgrader.execute
import bncourse.grading.nbgrader.feedback_page
import bncourse.grading.nbgrader.hooks
import bncourse.grading.nbgrader.reading_aids
import bncourse.grading.nbgrader.worked_solutions  # noqa: F401 (loaded once for all commands)


def run(arguments, folder, environment):
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                os.chdir(folder)
                os.environ.update(environment)
                sys.argv = ["nbgrader", *arguments]
                main()
                code = 0
            except SystemExit as end:
                code = end.code
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code or 0)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "said": said.read()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)
