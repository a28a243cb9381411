"""A certificate for a learner: one page of HTML that prints well, and says honestly what it is worth."""

import unicodedata
from datetime import date
from pathlib import Path

from bncourse import __version__
from bncourse.learner import progress
from bncourse.templates import render
from bncourse.trouble import Trouble

LONGEST_NAME = 100  # characters; more would not fit on the page


def page(name, stands, today):
    """Write the certificate as HTML.

    Parameters
    ----------
    name : str
        Of the learner, as `readable_name` gives it. It is shown as text, whatever is in it.
    stands : Standing
        What is passed, from `bncourse.progress`.
    today : datetime.date

    Returns
    -------
    str
        A whole page that needs no other file.

    Raises
    ------
    Trouble
        If no exercise is passed yet.
    """
    passed = {
        notebook: [exercise for exercise, state in states.items() if state == progress.DONE]
        for notebook, states in stands.notebooks.items()
    }
    done, total = sum(map(len, passed.values())), sum(map(len, stands.notebooks.values()))
    if not done:
        raise Trouble(
            "no exercise is passed yet, so there is nothing to put on a certificate; nothing was written. "
            "`bncourse start` opens the course, and `bncourse progress` shows what is done."
        )
    share = f"all {total}" if done == total else f"{done} of {total}"
    day = f"{today.day} {today:%B %Y}"
    rows = [(notebook, names, len(stands.notebooks[notebook])) for notebook, names in passed.items() if names]
    values = {"name": name, "share": share, "day": day, "today": today.isoformat(), "version": __version__}
    return render("bncourse.learner", "certificate.html", rows=rows, **values)


def readable_name(text):
    """Tidy a name that a person typed: no line breaks, no control characters, no spaces at the ends.

    Parameters
    ----------
    text : str or None

    Returns
    -------
    str

    Raises
    ------
    Trouble
        If nothing is left, or the name is too long, or is no text; the message says what to do.

    Examples
    --------
    >>> readable_name("  Ada   Lovelace ")
    'Ada Lovelace'
    """
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        raise Trouble(
            "the name holds bytes that are no text in this terminal; set the terminal to UTF-8, or type the name in "
            "other letters. Nothing was written."
        ) from None
    spaced = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text or "")
    name = " ".join(spaced.split())
    if not any(letter.isprintable() and not letter.isspace() for letter in name):
        raise Trouble('say whose certificate it is: bncourse certificate --name "Your Name". Nothing was written.')
    if len(name) > LONGEST_NAME:
        raise Trouble(
            f"the name has {len(name)} characters, and {LONGEST_NAME} fit on the page; shorten it. Nothing was written."
        )
    return name


def command(options):
    """Write the certificate to a new file; the ``bncourse certificate`` command."""
    html = page(readable_name(options.name), progress.progress(), date.today())
    place = Path(options.output)
    try:
        _write_new(place, html.encode())
    except FileExistsError:
        raise Trouble(
            f"{place} is there already, and was left as it is. Choose another file with --output, or move it away."
        ) from None
    except OSError as trouble:
        raise Trouble(
            f"{place} cannot be written ({trouble.strerror or trouble}). Choose another place with --output."
        ) from None
    print(f"Your certificate: {place.resolve()}")
    print("Open it in a browser; its menu Print saves it as PDF.")
    return 0


def _write_new(place, content):
    file = place.open("xb")
    try:
        with file:
            file.write(content)
    except OSError:
        place.unlink(missing_ok=True)  # half a page is worth nothing
        raise
