"""The reference pages of the book, made from the program: its commands, `check`, and what an exercise is made of."""

import argparse
import inspect
import re
from importlib import import_module

_UNDERLINED = re.compile(r"^([A-Z][a-z]+)\n-{3,}$", re.MULTILINE)
_LISTED = {"Parameters", "Returns", "Yields", "Raises"}
# What an author of exercises uses, by module.
API = {
    "bncourse.checking.exercise": ("Exercise", "Case"),
    "bncourse.checking.question": ("Quiz", "Question"),
    "bncourse.exercises.batches": ("batch", "statistics", "affine", "maps", "strided", "by_hand"),
    "bncourse.exercises": ("of_notebook", "find", "names"),
    "bncourse.experiments.claim": ("Claim",),
}
METHODS = {"Exercise": ("wrong", "right", "property", "advise", "inherit", "whole"), "Quiz": ("question",)}
OF_CHECK = ("hint", "case", "solution", "yours", "reference_source", "session", "solutions_off")


def commands(parser):
    """Return the page of all commands.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        From `bncourse.commands.parser`.

    Returns
    -------
    str
        Markdown.
    """
    [action] = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    text = ["# The commands", "", "`bncourse COMMAND --help` says the same in the terminal.", ""]
    for name, command in action.choices.items():
        usage = " ".join(command.format_usage().removeprefix("usage: ").split())
        text += [f"## bncourse {name}", "", _plain(command.description or ""), "", "```text", usage, "```", ""]
        rows = [_argument(each) for each in command._actions if not isinstance(each, argparse._HelpAction)]
        if rows:
            text += ["| Option | What it does |", "|---|---|", *rows, ""]
        if command.epilog:
            text += [f"Example: `{command.epilog.removeprefix('example: ')}`", ""]
    return "\n".join(text)


def of_check():
    """Return the page of `check`, in Markdown."""
    check = import_module("bncourse.check")
    text = ["# check", "", markdown(inspect.getdoc(check)), ""]
    for name in OF_CHECK:
        text += _described(f"check.{name}", getattr(check, name))
    return "\n".join(text)


def api():
    """Return the page of what exercises, questions and claims are made of, in Markdown."""
    text = [
        "# For who writes exercises",
        "",
        "The way from the idea to the released exercise is in [Working on bncourse](../CONTRIBUTING.md).",
        "",
    ]
    for module, names in API.items():
        text += [f"## {module}", "", markdown(_first(import_module(module).__doc__)), ""]
        for name in names:
            thing = getattr(import_module(module), name)
            text += _described(name, thing, level=3)
            for method in METHODS.get(name, ()):
                text += _described(f"{name}.{method}", getattr(thing, method), level=4)
    return "\n".join(text)


def markdown(docstring):
    """Return a docstring in NumPy style as Markdown.

    Examples
    --------
    >>> print(markdown("Say so.\\n\\nParameters\\n----------\\nx : array\\n    What is said."))
    Say so.
    <BLANKLINE>
    **Parameters**
    <BLANKLINE>
    - `x` (array): What is said.
    """
    parts = _UNDERLINED.split(docstring or "")
    text = [_paragraphs(parts[0])]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        text.append(f"**{title}**")
        text.append(_items(body) if title in _LISTED else _paragraphs(body))
    return "\n\n".join(part for part in text if part)


def _described(name, thing, level=2):
    try:
        signature = str(inspect.signature(thing)) if not inspect.isclass(thing) else ""
    except ValueError:
        signature = ""
    signature = re.sub(r"=<[^>]*>", "=...", signature).replace("(self, ", "(").replace("(self)", "()")
    head = [f"{'#' * level} {name}", ""]
    call = ["```python", f"{name}{signature}", "```", ""] if signature else []
    return [*head, *call, markdown(inspect.getdoc(thing)), ""]


def _argument(action):
    names = ", ".join(f"`{each}`" for each in action.option_strings) or f"`{action.metavar or action.dest}`"
    if action.choices:
        names += " " + " ".join(f"`{each}`" for each in action.choices)
    elif action.option_strings and action.nargs != 0:
        names += f" `{action.metavar or action.dest.upper()}`"
    return f"| {names} | {_plain(action.help or '')} |"


def _plain(text):
    text = text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
    return re.sub(r"(?<![\w`-])(--[a-z][\w-]*)", r"`\1`", text)  # two dashes of an option would become one long one


def _first(docstring):
    return inspect.cleandoc(docstring or "").split("\n\n")[0]


def _items(body):
    """Return the entries of a section, each a name, its type, and an indented text, as a list."""
    entries = []
    for line in inspect.cleandoc(body).splitlines():
        if line and not line[0].isspace():
            name, _, kind = line.partition(" : ")
            entries.append([f"`{name}`" + (f" ({_plain(kind)})" if kind else ""), []])
        elif entries:
            entries[-1][1].append(line.strip())
    said = [(head, " ".join(part for part in text if part)) for head, text in entries]
    return "\n".join(f"- {head}: {text}" if text else f"- {head}" for head, text in said)


def _paragraphs(text):
    """Give plain paragraphs; what is indented or a session of Python becomes a block of code."""
    made = []
    for part in re.split(r"\n(?:[ \t]*\n)+", text.strip("\n")):
        lines = part.splitlines()
        if part.startswith(">>>") or (lines and all(line.startswith("    ") for line in lines)):
            code = inspect.cleandoc("\n" + part) if not part.startswith(">>>") else part
            if made and made[-1].startswith("```python"):
                made[-1] = f"{made[-1][:-4]}\n\n{code}\n```"
            else:
                made.append(f"```python\n{code}\n```")
        elif any(line.startswith("    ") for line in lines[1:]) and lines[0].startswith("``"):
            made.append(_items(part.replace("``", "")))
        else:
            made.append(re.sub(r"::$", ":", part))
    return "\n\n".join(made)
