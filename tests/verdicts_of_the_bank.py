"""The verdicts of the bank as text, for a comparison of two Pythons: natively, and in Pyodide.

It needs no pytest, because Pyodide has none here. Each exercise gives its verdicts on right answers and on wrong ones.
"""

import json
import sys

from bncourse import exercises
from bncourse.checking import DirectAnswer, Quiz, judge

SEED = 0


def asked():
    """Give the exercises that need no Keras."""
    found = [exercises.find(name) for name in exercises.names()]
    return [each for each in found if "keras" not in (getattr(each, "driver", None) or "")]


def answers(exercise, most):
    """Yield names and answers of an exercise: right ones and wrong ones, of each kind so many."""
    if isinstance(exercise, Quiz):
        right = {question.key: question.right for question in exercise.questions}
        yield "right", right
        wrong = [(q.key, value) for q in exercise.questions for value in q.why_wrong if value is not ...]
        for key, value in wrong[:most]:
            yield f"{key}={value!r}", {**right, key: value}
        return
    for answer in (exercise.reference, *exercise.right_answers)[:most]:
        yield answer.__name__, answer
    for idea in exercise.wrong_ideas[:most]:
        yield idea.name, exercise.whole(idea)


def verdicts(names, most):
    """Give the texts of the verdicts, and the last one as a "card" in HTML.

    Parameters
    ----------
    names : collection of str
        Of exercises.
    most : int
        So many right answers and so many wrong ones of each.

    Returns
    -------
    dict from str to str
    """
    found = {}
    for name in names:
        exercise = exercises.find(name)
        for called, answer in answers(exercise, most):
            verdict = judge(exercise, DirectAnswer(answer), SEED)
            found[f"{name}: {called}"] = verdict.text()
    return found | {"card": verdict.html()}


if __name__ == "__main__":
    wanted = sys.argv[2:] or [exercise.name for exercise in asked()]
    print(json.dumps(verdicts(wanted, int(sys.argv[1]))))
