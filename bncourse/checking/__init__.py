"""The engine of the checks; it knows no batch normalization.

Read it in this order: `exercise` (what an exercise is), `answer` (the one narrow way a check reaches what
the learner wrote), `compare` (are two values the same), `judge` (call, compare, then find the wrong idea), `replay`
(which wrong ideas the answer can be), `diagnosis` (what is said of it), `lines` (which line is shown), `where`
(where it goes wrong, found by trying and shown only where that proves it), `verdict` (what the learner reads).
"""

from bncourse.checking.answer import Answer, DirectAnswer, Fault, Reply
from bncourse.checking.exercise import Case, Exercise, WrongIdea
from bncourse.checking.judge import judge
from bncourse.checking.question import Question, Quiz
from bncourse.checking.verdict import Finding, Verdict

__all__ = [
    "Answer",
    "Case",
    "DirectAnswer",
    "Exercise",
    "Fault",
    "Finding",
    "Question",
    "Quiz",
    "Reply",
    "Verdict",
    "WrongIdea",
    "judge",
]
