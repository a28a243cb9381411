"""The ``bncourse`` command: one subcommand for each thing a person wants done; they are in `commands`.

Every subcommand names the function that does it, which is imported when it is called, so that
``bncourse --help`` answers at once. A function gets the parsed arguments and returns an exit code; each
ends with one line that says what happened and where it is.
"""

import re
import sys
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bncourse.commands import parser as parser_of_all
from bncourse.trouble import Trouble

FOR_A_CLASS = ("release", "students", "collect", "stage", "grade", "feedback", "scores", "report")


def main(arguments=None):
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show ✓ gets ? in its place
    parser, commands = parser_of_all()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and not arguments[0].startswith("-") and arguments[0] not in commands:
        [near] = get_close_matches(arguments[0], commands, 1) or [""]
        meant = f" Did you mean `bncourse {near}`?" if near else ""
        print(f"bncourse: there is no command {arguments[0]!r}.{meant} `bncourse --help` lists all.", file=sys.stderr)
        return 2
    try:
        arguments = _settings_taken(arguments)
    except Trouble as trouble:
        print(f"bncourse {arguments[0]}: {trouble}", file=sys.stderr)
        return 2
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    module, _, name = options.run.partition(":")
    if find_spec(module) is None:  # a wheel has no benchmarks
        says = "this needs the folder of the course that one clones; the installed package goes without it."
        print(f"bncourse {options.command}: {says}", file=sys.stderr)
        return 1
    try:
        if options.for_instructors:
            _tell_where()
        return getattr(import_module(module), name)(options) or 0
    except Trouble as trouble:
        from bncourse.grading.display.characters import visible  # it may quote what somebody else wrote

        print(f"bncourse {options.command}: {visible(str(trouble))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nbncourse {options.command}: stopped by you; nothing was lost.", file=sys.stderr)
        return 130


def _settings_taken(arguments):
    """Take nbgrader's kind of settings out of a command line for instructors: --Class.option=value, --config=FILE."""
    known = any(re.match(r"--([A-Z]\w*\.|config(=|$)|help-all$)", argument) for argument in arguments)
    if (
        arguments
        and arguments[0] in FOR_A_CLASS
        and (known or "bncourse.grading.nbgrader.configuration" in sys.modules)
    ):
        from bncourse.grading.nbgrader.configuration import taken

        return taken(arguments)
    return arguments


def _tell_where():
    from bncourse.course import find_folder

    folder, here = find_folder(), Path.cwd()
    if folder not in (here, *here.parents):
        print(f"This folder is in no course; the course is {folder}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
