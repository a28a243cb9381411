"""The settings that the course adds to nbgrader's: `Submissions`, `Judge` and `LateRule`, the same from either command.

``bncourse grade 04 --Submissions.cell=20`` and ``nbgrader autograde NAME --Submissions.cell=20`` do the same, and so
does ``c.Submissions.cell = 20`` in a file of settings.
"""

import re
from difflib import get_close_matches
from pathlib import Path

from traitlets import Float, Integer, TraitError
from traitlets.config import Configurable

from bncourse.grading.assignments import name_settings, settings
from bncourse.grading.sandbox import Limits
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
    file_size = Integer(Limits.file_size, min=1, help="Bytes of one file, and of all files at level 3.").tag(
        config=True
    )


def own_classes():
    """Give the classes of settings that the course adds."""
    from bncourse.grading.execute import Judge
    from bncourse.grading.lateness import LateRule

    return Submissions, Judge, LateRule


def limits_of(course):
    """Give the limits that the course's settings name (``c.Submissions``), and the defaults for the others."""
    return limits_in(settings(course))


def limits_in(config, parent=None):
    """Give the limits that settings name.

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
    refuse_unknown(config)
    try:
        found = Submissions(parent=parent) if parent is not None else Submissions(config=config)
    except TraitError as error:
        raise Trouble(f"c.Submissions: {error}") from error
    return Limits(**{name: getattr(found, name) for name in Limits.__dataclass_fields__})


def lowest_level(course):
    """Give the lowest level of walls that the settings allow (``c.Judge.lowest_level``)."""
    from bncourse.grading.execute import Judge

    try:
        return Judge(config=settings(course)).lowest_level
    except TraitError as error:
        raise Trouble(f"c.Judge: {error}") from error


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
    """Give the text about all settings of the course, and about those of nbgrader that say where things are."""
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
