"""What a quiz is: questions whose answers are plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Question:
    """One question of a quiz.

    Parameters
    ----------
    key : str
        The learner's answer stands under this key.
    asks : str
        The question.
    right : object
        The right answer: one of the `why_wrong` kind (text, number or truth value).
    why_wrong : mapping
        For each wrong choice the sentence that says why it is wrong, or ``(code, sentence)``. For a number
        or a free choice: the wrong answers people give. The key ``...`` serves every other answer.
    because : str
        Why the right answer is right; shown once it is given.
    choices : sequence of str
        The choices that the task names, in its order, where `why_wrong` knows other answers too.
    """

    key: str
    asks: str
    right: Any
    why_wrong: Mapping[Any, Any]
    because: str = ""
    choices: Sequence[str] = ()


@dataclass
class Quiz:
    """Questions whose answers are plain values, in a dictionary; each earns its share of the points."""

    name: str
    notebook: str
    asks: str
    hints: Sequence[str]
    questions: list[Question] = field(default_factory=list)
    points: int = 1
    section: str = ""
    rtol: float = 1e-6

    def question(self, key, asks, right, why_wrong, because="", choices=()):
        """Add a question."""
        self.questions.append(Question(key, asks, right, why_wrong, because, choices))
