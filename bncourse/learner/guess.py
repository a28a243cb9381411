"""Guess before a run, and see the outcome beside the guess: hidden until a guess stands, or the reader asks for it."""

import os

import numpy as np

from bncourse.companion.predictions import PREDICTIONS
from bncourse.learner import journal
from bncourse.surroundings import is_live
from bncourse.templates import card, inline

SHOW_ME = "show me"


def predict(question, guess=None, *more, **choices):
    """Commit to a guess before a run.

    Parameters
    ----------
    question : str
        What will be measured; `outcome` is called with the same words.
    guess : object, optional
        A number or words; where there are choices, the letter of one. ``...`` or None: no guess yet. "show me": the
        outcome is shown without one.
    *more : object
        Not to be given: where a decimal comma stands in a guess, Python sees several numbers, and the card says so.
    **choices : str
        What can be chosen, by letter. Where somebody works at the cell, they are buttons too.

    Returns
    -------
    Card
        Says what was recorded.
    """
    if more:
        read = ", ".join(map(_shown, (guess, *more)))
        return Card(question, [], f"This is one guess too many: {read}. Python's decimal sign is a point, as in 0.9.")
    if guess is None or guess is ...:
        how = "choose, or put its letter in place of the three dots" if choices else "put yours in place of the dots"
        remark = f"No guess yet: {how} and run this cell again."
        if choices and is_live():
            return Buttons(Card(question, [], remark), choices)
        return Card(question, _lines(choices), remark)
    if isinstance(guess, str) and guess.strip().lower() == SHOW_ME:
        journal.record("show", question=question)
        return Card(question, [], "No guess this time: the next cells show what was measured.")
    return _kept(question, guess, choices)


def outcome(question, measured, *seen):
    """Show the guess beside what was measured, and why it came out so.

    Parameters
    ----------
    question : str
        The words that `predict` was called with.
    measured : object
        A number or words.
    *seen : object
        What else the run gave: lines of text, and figures. They are hidden with the outcome.

    Returns
    -------
    Card
        The last guess, if there is one, and the measured value. Without a guess they are folded.
    """
    journal.record("outcome", question=question, measured=measured)
    about = PREDICTIONS.get(question)
    guesses = [event.get("guess") for event in journal.events("guess") if event.get("question") == question]
    rows = [("measured", _shown(measured))]
    said = ""
    if about and about.right:
        right = about.right(measured)
        said = f"It is {right}: {about.choices[right]}."
        if guesses:
            said = "As you said." if guesses[-1] == right else said
    if guesses:
        rows.insert(0, ("your guess", _with_words(guesses[-1], about.choices if about else {})))
    why = about.because if about else ""
    if not guesses:
        asked = any(event.get("question") == question for event in journal.events("show"))
        remark = "You made no guess this time. A guess first makes the answer stick."
        if not asked and not os.environ.get("NBGRADER_EXECUTION"):
            return Card(question, rows, said, why, seen, hidden=True)
        return Card(question, rows, f"{said} {remark}".strip(), why, seen)
    return Card(question, rows, said, why, seen)


def _kept(question, guess, choices):
    """Record a guess, unless it is none of the choices; gives the card that says so."""
    if choices:
        letter = str(guess).strip().upper()
        if letter not in choices:
            return Card(
                question, _lines(choices), f"{_shown(guess)} is none of them: give one of {', '.join(choices)}."
            )
        guess = letter
    journal.record("guess", question=question, guess=guess)
    return Card(question, [("your guess", _with_words(guess, choices))], "Now run the next cells and see.")


def _lines(choices):
    return list(choices.items())


def _with_words(guess, choices):
    return f"{guess}: {choices[guess]}" if isinstance(guess, str) and guess in choices else _shown(guess)


class Card:
    """A question with what belongs to it: a table in a notebook, the same words as plain text elsewhere.

    Parameters
    ----------
    question : str
        The heading.
    rows : list of (str, str)
        What, and its value.
    remark, why : str
        A sentence under them, and the reason.
    seen : sequence of object
        Lines of text and figures, which come last.
    hidden : bool
        Whether all this is folded, and not in the plain text.
    """

    def __init__(self, question, rows, remark="", why="", seen=(), hidden=False):
        self.question, self.rows, self.remark, self.why = question, rows, remark, why
        self.seen, self.hidden = seen, hidden

    def __repr__(self):
        if self.hidden:
            return (
                f"{self.question}\n  You made no guess this time: give predict one, or {SHOW_ME!r}, and run both again."
            )
        width = max((len(what) for what, _ in self.rows), default=0) + 1
        lines = [f"{what + ':':<{width}} {value}" for what, value in self.rows]
        lines += [text for text in (self.remark, self.why) if text]
        return "\n".join(["\n  ".join([self.question, *lines]), *map(str, self.seen)])

    def _repr_html_(self):
        return card("bncourse.learner", "guess", card=self)


class Buttons:
    """A card with choices, and under it a button for each: the one that is pressed is the guess.

    Parameters
    ----------
    card : Card
        Says that there is no guess yet.
    choices : dict of str to str
    """

    def __init__(self, card, choices):
        self.card, self.choices = card, choices

    def __repr__(self):
        return repr(self.card)

    def _ipython_display_(self):
        from IPython.display import display

        shown = display(self.card, display_id=True)
        buttons = radio_buttons([f"{letter}: {text}" for letter, text in self.choices.items()], self.card.question)
        below = display(column([buttons])._repr_mimebundle_() | {"text/plain": ""}, raw=True, display_id=True)

        def chosen(change):
            shown.update(_kept(self.card.question, list(self.choices)[change["new"]], self.choices))
            below.update({"text/plain": ""}, raw=True)  # the buttons go: a page that is opened again has none

        buttons.observe(chosen, "index")


def radio_buttons(options, name):
    """Give radio buttons of which none is pressed.

    Parameters
    ----------
    options : list of str
    name : str
        What a screen reader says of them.
    """
    import ipywidgets as widgets  # here: loading them takes a moment, and a program that runs a notebook needs none

    return widgets.RadioButtons(
        options=options, index=None, tooltip=name, layout=widgets.Layout(width="auto", margin="0 0 0 16px")
    )


def told(template, /, **values):
    """Give a line of HTML between buttons: ipywidgets sets the lines of a text as far apart as rows of buttons."""
    import ipywidgets as widgets

    return widgets.HTML(between(template, **values))


def between(template, /, **values):
    """Return what `told` shows."""
    return inline('<div style="line-height:1.45">{{ line | safe }}</div>', line=inline(template, **values))


def column(rows):
    """Put widgets below one another, with the bar of a card at their left.

    Parameters
    ----------
    rows : list of ipywidgets.Widget
    """
    import ipywidgets as widgets

    layout = widgets.Layout(border_left="4px solid #5b7fb4", padding="0 0 0 8px", margin="0 0 4px 0")
    return widgets.VBox(rows, layout=layout)


def _shown(value):
    if isinstance(value, float | np.floating):
        return f"{value:.3g}"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=3)
    return str(value)
