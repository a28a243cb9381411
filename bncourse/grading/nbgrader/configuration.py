"""The settings that the course adds to nbgrader's, such as `Submissions` and `LateRule`, the same from either command.

``bncourse grade 04 --Submissions.cell=20`` and ``nbgrader autograde NAME --Submissions.cell=20`` do the same, and so
does ``c.Submissions.cell = 20`` in a file of settings.
"""

import re
from difflib import get_close_matches
from pathlib import Path

from traitlets import Float, Integer, TraitError
from traitlets.config import Configurable

from bncourse.grading.course import name_settings, settings
from bncourse.sandbox.limits import Limits
from bncourse.trouble import Trouble

_OPTION = re.compile(r"--([A-Z]\w*)\.(\w+)(?:=(.*))?", re.DOTALL)


class Submissions(Configurable):
    """What one submission may take before it is stopped."""

    call = Float(Limits.call, min=0.1, help="How many times the seconds that a check grants a call of an answer.").tag(
        config=True
    )
    cell = Float(Limits.cell, min=0.1, help="Seconds for one cell.").tag(config=True)
    notebook = Float(Limits.notebook, min=0.1, help="Seconds for all of a submission together.").tag(config=True)
    grace = Float(Limits.grace, min=0.0, help="Seconds that a cell has to end after it was interrupted.").tag(
        config=True
    )
    memory = Integer(
        Limits.memory, min=1, help="Bytes of all its processes together, shared pages by their share."
    ).tag(config=True)
    data = Integer(Limits.data, min=1, help="Bytes of data that one process may ask for.").tag(config=True)
    processes = Integer(Limits.processes, min=1, help="Processes and threads.").tag(config=True)
    file_size = Integer(
        Limits.file_size, min=1, help="Bytes of one file; all files together may have twice as many."
    ).tag(config=True)
    files = Integer(Limits.files, min=1, help="Files and folders.").tag(config=True)
    judge = Float(
        Limits.judge, min=1.0, help="Seconds of processor time that the judge itself may spend on one cell."
    ).tag(config=True)
    judge_memory = Integer(
        Limits.judge_memory, min=1, help="Bytes that the judge itself may take more than it had before."
    ).tag(config=True)


def own_classes():
    """Return the classes of settings that the course adds."""
    from bncourse.grading.nbgrader.execute import Judge
    from bncourse.grading.nbgrader.late_policy import LateRule
    from bncourse.grading.nbgrader.worked_solutions import WorkedSolutions

    return Submissions, Judge, LateRule, WorkedSolutions


def limits_of(course):
    """Return the limits that the course's settings name (``c.Submissions``), and the defaults for the others."""
    return limits_in(settings(course))


def limits_in(config, parent=None):
    """Return the limits that settings name.

    Parameters
    ----------
    config : Config
    parent : Configurable, optional
        The step of nbgrader that asks.

    Raises
    ------
    Trouble
        If the settings name something that there is not, or a value that cannot be.
    """
    for option in config.get("Submissions", {}):
        refuse_option(Submissions, option)
    try:
        found = Submissions(parent=parent) if parent is not None else Submissions(config=config)
    except TraitError as error:
        raise Trouble(f"c.Submissions: {error}") from error
    return Limits(**{name: getattr(found, name) for name in Limits.__dataclass_fields__})


def lowest_level(course):
    """Return the lowest level of walls that the settings allow (``c.Judge.lowest_level``)."""
    level = settings(course).get("Judge", {}).get("lowest_level", 2)
    if str(level) not in ("0", "1", "2", "3"):
        raise Trouble(f"c.Judge.lowest_level is {level!r}; it is a level from 0 to 3, and 2 and 3 are safe.")
    return int(level)


def refuse_unknown(config):
    """Stop at an option of the course's own classes that there is not: it would have no effect.

    Raises
    ------
    Trouble
    """
    for each in own_classes():
        for option in config.get(each.__name__, {}):
            refuse_option(each, option)


def taken(arguments):
    """Take the settings out of a command line, ``--Class.option=value`` and ``--config=FILE``, and keep them.

    ``--help-all`` shows all settings, and becomes ``--help``.

    Parameters
    ----------
    arguments : list of str

    Returns
    -------
    list of str
        The others.

    Raises
    ------
    Trouble
        If there is no such class or option.
    """
    if "--help-all" in arguments:
        print("Settings, here as --Class.option=value, in nbgrader_config.py as c.Class.option = value:", end="\n\n")
        print(help_all(), end="\n\n")
        return [argument if argument != "--help-all" else "--help" for argument in arguments]
    values, file, others = {}, "", []
    rest = iter(arguments)
    for argument in rest:
        if match := _OPTION.fullmatch(argument):
            value = match[3] if match[3] is not None else next(rest, None)
            if value is None:
                raise Trouble(f"{argument} needs a value, such as {argument}=1")
            values.setdefault(match[1], {})[match[2]] = value
        elif argument == "--config" or argument.startswith("--config="):
            file = argument.partition("=")[2] or next(rest, "")
        else:
            others.append(argument)
    if file and not Path(file).is_file():
        raise Trouble(f"there is no file {file} (--config).")
    if values:
        known = {each.__name__: each for each in (*_classes_of_nbgrader(), *own_classes())}
        for section, options in values.items():
            if section not in known:
                raise Trouble(f"there are no settings of {section}.{_meant(section, known, '--')}")
            for option in options:
                refuse_option(known[section], option)
    name_settings(values, file)
    return others


def help_all():
    """Return the text about all settings of the course, and about those of nbgrader that say where things are."""
    from nbgrader.coursedir import CourseDirectory

    return "\n\n".join(each.class_get_help() for each in (*own_classes(), CourseDirectory))


def _classes_of_nbgrader():
    from nbgrader.apps import NbGraderApp

    return NbGraderApp().all_configurable_classes()


def refuse_option(section, option):
    """Stop at an option that a class of settings does not have, and say which one is near."""
    known = section.class_trait_names(config=True)
    if option not in known:
        raise Trouble(f"{section.__name__} has no option {option!r}.{_meant(option, known)} It has {', '.join(known)}.")


def _meant(word, known, before=""):
    near = get_close_matches(word, known, 1, 0.5)
    return f" Did you mean {before}{near[0]}?" if near else ""
