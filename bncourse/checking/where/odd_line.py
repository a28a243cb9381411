"""The one line of an answer that no right answer has, where all the others are lines of right answers."""

from bncourse.checking.where.digits_lost import is_nearly_right, loses_digits
from bncourse.checking.where.one_change import Found, may_be_run_again
from bncourse.checking.where.suspects import MOST_SHOWN, suspects_on


def odd_line(exercise, answer, trials, told):
    """Look for the one line of an answer that no right answer has, where all others are lines of right answers.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
    told : Trial
        The case that the learner is shown.

    Returns
    -------
    Found or None
    """
    if exercise.driver or told.kind in ("fault", "nothing") or not may_be_run_again(answer, trials):
        return None  # where nothing comes back, no line that ran need be wrong
    suspects = suspects_on(exercise, answer, told)
    odd = suspects.odd() if suspects else []
    if not 0 < len(odd) <= MOST_SHOWN or any(e.tree != answer.name or suspects.names_elsewhere(e) for e in odd):
        return None
    if len(odd) > 1 and any(map(suspects.is_right_text, odd)):
        return None
    if is_nearly_right(trials) and not all(loses_digits(each.node) for each in odd):
        return None  # the digits may be lost before
    numbers = sorted({each.node.lineno for each in odd})
    if len(numbers) > 1:
        says = f"Only lines {numbers[0]} and {numbers[1]} do what no line of the right answers known here does."
    elif len(odd) > 1:
        says = f"What no line of the right answers known here does stands in line {numbers[0]} alone."
    elif suspects.count() == 1:
        says = "The function has one line, so the mistake is in it."
    elif suspects.is_right_text(odd[0]):
        says = f"All that line {numbers[0]} uses is right, and no right answer known here has the value that it gives."
    else:
        says = f"Every line but line {numbers[0]} does what a line of a right answer known here does."
    return Found(numbers[0], suspects.shown([(answer.name, n) for n in numbers]), says, answer.name, False)
