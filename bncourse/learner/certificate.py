"""A certificate for a learner: one page of HTML that prints well, and says honestly what it is worth."""

import unicodedata
from datetime import date
from html import escape
from pathlib import Path

from bncourse import __version__
from bncourse.learner import progress
from bncourse.trouble import Trouble

LONGEST_NAME = 100  # characters; more would not fit on the page

# One A4 or Letter page. The colours are for paper: dark text on white, whatever the theme of the browser.
_STYLE = """
@page { size: A4; margin: 14mm }
* { box-sizing: border-box }
html { color-scheme: light; background: #fff }
body { margin: 6mm auto; max-width: 182mm; padding: 8mm; border: 2px solid #0067a3; color: #1b1f24; background: #fff;
       font: 10.5pt/1.4 system-ui, "Segoe UI", "Noto Sans", Arial, sans-serif }
h1 { font-size: 22pt; line-height: 1.2; margin: 0 0 6mm }
.kind { color: #0067a3; font-weight: bold; margin: 0 }
.name { font-size: 18pt; line-height: 1.25; font-weight: bold; margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin: 5mm 0; font-size: 9pt }
caption { text-align: left; font-weight: bold; padding-bottom: 1.5mm; font-size: 10.5pt }
th, td { text-align: left; vertical-align: top; padding: 1mm 3mm 1mm 0; border-top: 1px solid #b9bdc2 }
td { overflow-wrap: anywhere }
th, .count { white-space: nowrap }
p { margin: 2mm 0 }
.honest { border-left: 4px solid #a84a00; padding-left: 4mm; margin-top: 5mm }
@media print { body { max-width: none; margin: 0 } tr { break-inside: avoid } }
"""


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
    rows = "\n".join(
        f'<tr><th scope="row">{escape(notebook)}</th>'
        f'<td class="count">{len(names)} of {len(stands.notebooks[notebook])}</td>'
        f"<td>{escape(', '.join(names))}</td></tr>"
        for notebook, names in passed.items()
        if names
    )
    share = f"all {total}" if done == total else f"{done} of {total}"
    day = f"{today.day} {today:%B %Y}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Certificate of {escape(name)}: a course on batch normalization</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<p class="kind">Certificate</p>
<h1>A course on batch normalization</h1>
<p class="name"><bdi>{escape(name)}</bdi></p>
<p>has passed <strong>{share} exercises</strong> of the course.</p>
<p><time datetime="{today.isoformat()}">{day}</time>, bncourse {escape(__version__)}</p>
<table>
<caption>Exercises passed</caption>
{rows}
</table>
<div class="honest">
<p><strong>This certificate is self-issued.</strong> The person named above made it on their own computer, and typed
the name. The course's automatic checks accepted the answers there. Nobody supervised the work or verified who did
it, the solutions are public, and this page can be edited like any file.</p>
<p>To see what it stands for, ask the person to explain one of these answers.</p>
</div>
</main>
</body>
</html>
"""


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
