"""Questions to recall what was taught: five at the end of a notebook, three from earlier ones at its beginning.

They are never graded. The journal notes what was chosen, so that what was forgotten is asked again first.
"""

from bncourse import course, exercises, reopened
from bncourse.checking.verdict import beside
from bncourse.companion.asides import ASIDES
from bncourse.companion.questions import QUESTIONS
from bncourse.learner import journal, place
from bncourse.learner.guess import between, column, radio_buttons, told
from bncourse.surroundings import is_live
from bncourse.templates import card

EARLIER = 3
FROM_EARLIER = "From earlier notebooks."
NOTHING = "Nothing to recall yet: your course journal knows of no work in an earlier notebook. Go on below."


def recall(number="", answers="", *, before=""):
    """Ask what a notebook taught; or, with `before`, three questions from the notebooks before that one.

    Parameters
    ----------
    number : str
        Of the notebook, such as "04".
    answers : str
        Where there are no buttons: a letter for each question, such as "ABCAB".
    before : str
        The number of the notebook that begins.

    Returns
    -------
    Questions
        With buttons where somebody works at the cell.
    """
    if not before:
        return Questions(QUESTIONS[number], "Do you remember?", answers)
    asked = earlier(before)
    return Questions(asked, FROM_EARLIER if asked else NOTHING, answers)


def ask(key, answer=""):
    """Ask a quick question in the middle of a notebook.

    Parameters
    ----------
    key : str
        Of the question, in `bncourse.companion.asides`.
    answer : str
        Where there are no buttons: the letter of an answer.

    Returns
    -------
    Questions
    """
    return Questions([ASIDES[key]], "", answer)


def earlier(number):
    """Choose the questions from the notebooks before this one: forgotten ones first, then those not asked for longest.

    Parameters
    ----------
    number : str

    Returns
    -------
    list of Recalled
        From as many notebooks as the journal knows, the nearest first: what was left out on one's road is not asked.
        Where nobody works at the cell, as on paper, the others are asked about too, but for the side roads.
    """
    last = {event.get("question"): (order, event.get("right")) for order, event in enumerate(journal.events("recall"))}

    def urgency(question):
        order, right = last.get(question.asks, (-1, None))
        return {False: 0, None: 1, True: 2}.get(right, 1), order

    known = place.been_in() | (set() if is_live() else set(QUESTIONS) - set(course.SIDE_ROADS))
    there = [each for each in sorted(QUESTIONS, reverse=True) if each < number and each in known]
    waiting = [list(QUESTIONS[each]) for each in there]
    chosen = []
    while len(chosen) < EARLIER and any(waiting):
        waiting.sort(
            key=lambda group: min(map(urgency, group))[0] if group else 9
        )  # stable: nearest first among equals
        for group in [group for group in waiting if group][: EARLIER - len(chosen)]:
            question = min(group, key=urgency)
            group.remove(question)
            chosen.append(question)
    return chosen


class Questions:
    """Questions with their choices; an answer is a letter, or a button that is pressed.

    Parameters
    ----------
    asked : sequence of Recalled
    heading : str
    answers : str
        A letter for each; what is missing is not answered.
    """

    def __init__(self, asked, heading, answers=""):
        self.asked, self.heading = list(asked), heading
        self.chosen = [None] * len(self.asked)
        for index, letter in enumerate(answers.replace(" ", "").upper()[: len(self.asked)]):
            if letter in "ABC":
                self.choose(index, "ABC".index(letter))

    def choose(self, index, choice):
        """Note the answer to a question in the journal."""
        question = self.asked[index]
        self.chosen[index] = choice
        right = question.choices()[choice] == question.right
        journal.record("recall", question=question.asks, notebook=question.notebook, right=right)
        return right

    def said(self, index):
        """Return what is said to an answer: what was chosen, what is right, and why; "" where there is no answer."""
        if self.chosen[index] is None:
            return ""
        question = self.asked[index]
        chosen = question.choices()[self.chosen[index]]
        if chosen == question.right:
            return f"✓ Right: {question.right}. {question.because}"
        told = f"✗ Your choice: {chosen}. The right one: {question.right}. {question.because}"
        return f"{told} (Notebook {question.notebook}.)" if self.heading == FROM_EARLIER else told

    def _to_read(self, index):
        """Return the address of the notebook that a wrong answer sends back to, where it lies beside this one."""
        question = self.asked[index]
        if f"(Notebook {question.notebook}.)" not in self.said(index):
            return ""
        return beside(next(name for name in exercises.NOTEBOOKS if name.startswith(question.notebook)))

    def text(self):
        """Return the questions as plain text, with what is said to the answers."""
        if not self.asked:
            return self.heading
        lines = [f"{self.heading} Not graded."] if self.heading else []
        for index, question in enumerate(self.asked):
            lines.append(f"{self._number(index)}{question.asks}")
            said = self.said(index)
            choices = [f"   {letter}  {text}" for letter, text in zip("ABC", question.choices(), strict=True)]
            lines += [f"   {said}"] if said else choices
        if None in self.chosen:
            one = 'a letter, such as "B"' if len(self.asked) == 1 else 'a letter for each, such as "ABC"'
            lines.append(f"Answer with {one}, as the second value in the brackets.")
        return "\n".join(lines)

    def _number(self, index):
        return f"{index + 1}. " if len(self.asked) > 1 else ""

    def html(self):
        """Return the questions as HTML; those not answered have their answer in a fold."""
        asked = [
            (self._number(index), question, self.said(index), self._to_read(index))
            for index, question in enumerate(self.asked)
        ]
        return card("bncourse.learner", "recall", heading=self.heading, asked=asked)

    def __repr__(self):
        return self.text()

    def _repr_html_(self):
        return self.html()

    def _ipython_display_(self):
        from IPython.display import display

        bundle = {"text/plain": self.text(), "text/html": self.html()}
        if not is_live() or None not in self.chosen:
            display(bundle, raw=True)
            return
        shown = display(
            self._buttons() | {"text/plain": self.text(), "text/html": self.html()}, raw=True, display_id=True
        )
        back = "No buttons here? Then the page was opened again: run the cell, and they are back."
        line = display(reopened.line(back), raw=True, display_id=True)

        def done():
            shown.update({"text/plain": self.text(), "text/html": self.html()}, raw=True)
            line.update({"text/plain": ""}, raw=True)

        self._done = done

    def _buttons(self):
        rows = [told("<b>{{ heading }}</b> Not graded.", heading=self.heading)] if self.heading else []
        for index, question in enumerate(self.asked):
            buttons = radio_buttons(question.choices(), question.asks)
            said = told("")

            def chosen(change, index=index, said=said, buttons=buttons):
                self.choose(index, change["new"])
                buttons.disabled = True
                said.value = between('<div style="margin-bottom:8px">{{ said }}</div>', said=self.said(index))
                if None not in self.chosen:
                    self._done()  # a page that is opened again shows the answers, and no buttons

            buttons.observe(chosen, "index")
            rows += [told("{{ words }}", words=self._number(index) + question.asks), buttons, said]
        return column(rows)._repr_mimebundle_()
