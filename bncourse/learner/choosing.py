"""A quiz answered by choosing: buttons under its card make the text of the answer.

The answer that is graded stays plain text in its cell. Running the cell writes the choices there (`filling`); where
there are no buttons, or where the cell holds more than the answer, it is written by hand.
"""

from bncourse import reopened
from bncourse.companion.worked import solutions
from bncourse.learner import filling
from bncourse.learner.guess import column, radio_buttons, told


def choices(quiz):
    """Return the answers that can be chosen for each question, in an order that tells nothing.

    Parameters
    ----------
    quiz : Quiz

    Returns
    -------
    dict of str to list
        Empty where a question is free, such as a number.
    """
    found = {}
    for question in quiz.questions:
        known = [question.right, *question.why_wrong]
        if ... in known:
            return {}
        found[question.key] = list(question.choices) or sorted(known, key=str)
    return found


def code(quiz, chosen):
    """Return the text of an answer's cell.

    Parameters
    ----------
    quiz : Quiz
    chosen : dict of str to object
        By question; what is missing is not answered yet.

    Returns
    -------
    str
    """
    head = solutions()[quiz.name].splitlines()[:2]  # the name and what it gives
    rows = [
        f'        "{question.key}": {filling.written(chosen.get(question.key, ...))},' for question in quiz.questions
    ]
    return "\n".join([*head, "    return {", *rows, "    }"])


class Choosing:
    """Buttons for the questions of a quiz, and the text that they make.

    Parameters
    ----------
    quiz : Quiz
    given : mapping
        What is answered already.
    """

    def __init__(self, quiz, given):
        offered = choices(quiz)
        self.quiz, self.offered = quiz, offered
        self.chosen = {key: given[key] for key in offered if _is_one(given.get(key), offered[key])}
        self.waiting = filling.Waiting(quiz, given, self._whole)

    def __repr__(self):
        return code(self.quiz, self.chosen)

    def _whole(self, chosen):
        return code(self.quiz, self.chosen | chosen)

    def widget(self):
        """Return the buttons above the text."""
        import ipywidgets as widgets

        text = widgets.Textarea(
            code(self.quiz, self.chosen),
            rows=len(self.quiz.questions) + 5,
            layout=widgets.Layout(width="98%"),
        )
        how = (
            "<b>Choose here, if you like.</b> Then run your answer's cell: your choices are written into it. Then run "
            "this cell again."
        )
        rows = [told(how)]
        for question in self.quiz.questions:
            options = self.offered[question.key]
            buttons = radio_buttons([str(option) for option in options], question.asks)
            if question.key in self.chosen:
                buttons.index = options.index(self.chosen[question.key])

            def choose(change, key=question.key, options=options):
                self.chosen[key] = self.waiting.chosen[key] = options[change["new"]]
                text.value = code(self.quiz, self.chosen)

            buttons.observe(choose, "index")
            rows += [told("<code>{{ question.key }}</code>: {{ question.asks }}", question=question), buttons]
        by_hand = "If they do not come into the cell, copy this text (Ctrl+A, Ctrl+C) into it (Ctrl+A, Ctrl+V):"
        return column([*rows, told(by_hand), text])

    def _ipython_display_(self):
        from IPython import get_ipython
        from IPython.display import display

        filling.wait(get_ipython(), self.waiting)
        display(self.widget()._repr_mimebundle_() | {"text/plain": ""}, raw=True)
        back = "No buttons here? Then the page was opened again: run the cell, and they are back."
        display(reopened.line(back), raw=True)


def offered(quiz, learners, outcome):
    """Return the buttons for a quiz that is not solved, or None where its questions are free.

    Parameters
    ----------
    quiz : Exercise or Quiz
    learners : object
        The answer so far.
    outcome : str
        Of its verdict.

    Returns
    -------
    Choosing or None
    """
    if not hasattr(quiz, "questions") or outcome not in ("not started", "not yet") or not choices(quiz):
        return None
    try:
        given = learners() if callable(learners) else learners
    except Exception:  # not written yet
        given = {}
    return Choosing(quiz, given if isinstance(given, dict) else {})


def _is_one(value, options):
    return any(type(value) is type(option) and value == option for option in options)
