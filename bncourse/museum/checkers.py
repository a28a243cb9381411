"""Re-creations of how five courses check a batch norm, each pinned to what was read, so that it can be tried here.

A count of a re-creation says nothing of a course as it is. It has a denominator, the exhibits that the checker's task
can contain, because nobody can miss what cannot be written there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bncourse.museum import recreations
from bncourse.museum.bugs import BUGS
from bncourse.museum.sources import Source, file
from bncourse.museum.tour import Tour

READ = "2026-11-29"  # when the sources here were read again


@dataclass(frozen=True)
class Checker:
    """A re-creation of what a course's check of batch norm looks at.

    Parameters
    ----------
    name : str
        The course.
    looks_at : str
        What is compared, in our words.
    cannot : tuple of (str, str)
        The exhibits that its task cannot contain, each with the reason.
    sources : tuple of Source
        What was read, at which commit.
    read : str
        When it was read, as an ISO date.
    test : callable
        ``test(bn, rng)`` says whether `bn` passes; `bn` is as `bncourse.museum` describes it, and `rng` a Generator.
    """

    name: str
    looks_at: str
    cannot: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    read: str
    test: Callable

    def can_contain(self, exhibit):
        """Return whether this checker's task can contain an exhibit, named by `exhibit`."""
        return exhibit not in dict(self.cannot)


_KINDS = {name: kind for name, kind, *_ in BUGS}


def _of_kinds(reason, *kinds):
    return tuple((name, reason) for name, kind in _KINDS.items() if kind in kinds)


_IN_THE_OPERATION = ("the missing root", "epsilon beside the root", "gamma and beta left behind")
_AUTOGRAD = ("the gradient without gamma", "the library derives the gradients from the forward pass")

CHECKERS = (
    Checker(
        "CMU 10-714",
        "fixed rows of 4 and 5 examples in float32, with and without gamma and beta: the output while training, dx of "
        "sum(y ** 2), and both running statistics after ten batches; then the loss of a small network after 32 steps "
        "of Adam, which moves gamma and beta too, while training and at inference; all against stored numbers to 1e-5 "
        "(dx with gamma and beta to 1e-4). Left out: a flag, dx once more, and the larger networks of the file. In the "
        "file itself dx is computed from the forward pass in float32, so that its rounding may show the lost digits "
        "too; the exhibits' backward pass is separate",
        (("the image rows", "it is about rows alone"), _AUTOGRAD),
        (
            file(
                "dlsyscourse/hw2",
                "e2c293ae9c6ead4ebc2174800d07cbaf6ed6e13e",
                "tests/hw2/test_nn_and_optim.py",
                "its tests with batchnorm in their names",
            ),
        ),
        READ,
        recreations.rows_and_a_short_training,
    ),
    Checker(
        "CS231n",
        "printed means and standard deviations, for the eye (here: off by 0.01; by 0.5 at inference, which comes after "
        "50 batches with gamma 1 and beta 0), for rows and maps; a numeric gradient check for 4 rows (here: a median "
        "relative error of 1e-5). The course prints the largest one and tells to expect 1e-13 to 1e-8: by "
        "that the epsilon beside the root would show too. Left out: the gradients of maps, and the networks that it "
        "trains",
        (),
        (
            file(
                "BrumeHe/CS231N_assignments2026",
                "7f94260b8ce7a35044b08362f4fc9bd968a7a381",
                "assignment2/BatchNormalization.ipynb",
                "a student's copy of assignment 2, 2026",
            ),
            file(
                "BrumeHe/CS231N_assignments2026",
                "7f94260b8ce7a35044b08362f4fc9bd968a7a381",
                "assignment2/ConvolutionalNetworks.ipynb",
                "spatial batch norm",
            ),
        ),
        READ,
        recreations.printed_means_and_gradients,
    ),
    Checker(
        "Deep-ML",
        "the output while training for two small batches of feature maps, one of them also with a gamma of 0.5 and a "
        "beta of 1, against stored numbers (here: to 1e-5)",
        _of_kinds("it is one function, the forward pass while training", "running statistics", "inference", "backward"),
        (
            file(
                "Open-Deep-ML/DML-OpenProblem",
                "f3634425a0355c4e402b69668ae3fbe62164743c",
                "questions/115_implement-batch-normalization-for-bchw-input/tests.json",
                "problem 115",
            ),
        ),
        READ,
        recreations.outputs_of_two_maps,
    ),
    Checker(
        "ARENA",
        "feature maps: means of 0 and standard deviations of 1 while training, the running mean after each of 30 "
        "batches, means of 0 at inference",
        (_AUTOGRAD,),
        (
            file(
                "callummcdougall/ARENA_2.0",
                "a654576bc112468c998415be4bc0da3e10b0c0d9",
                "chapter0_fundamentals/exercises/part3_resnets/tests.py",
                "the tests of BatchNorm2d; copies of ARENA 3.0 have the same",
            ),
        ),
        READ,
        recreations.maps_and_the_running_mean,
    ),
    Checker(
        "TinyTorch",
        "feature maps: that the running mean moves while training and is the one used at inference, that both "
        "statistics stay there, means of 0 and standard deviations of 1 to a tenth, and a numeric gradient check to "
        "1e-3. The learner is given the operation that normalizes, scales and shifts, with its gradients, and is to "
        "write what gives it its statistics (in regions that the file marks as scaffold)",
        _of_kinds("the operation and its gradients are given", "backward")
        + tuple((name, "the operation and its gradients are given") for name in _IN_THE_OPERATION),
        (
            file(
                "harvard-edge/cs249r_book",
                "02805832dcb56f2bd3604ed57fb9958e565d3ad5",
                "tinytorch/src/09_convolutions/09_convolutions.py",
                "the unit tests of BatchNorm2d",
            ),
        ),
        READ,
        recreations.maps_statistics_and_gradients,
    ),
)


def tour():
    """Show what each re-creation looks at, what its task cannot contain, and what was read.

    Returns
    -------
    Tour
    """
    return Tour((checker.name, f"our re-creation, read on {checker.read}", _label(checker)) for checker in CHECKERS)


def _label(checker):
    reasons = {}
    for exhibit, reason in checker.cannot:
        reasons.setdefault(reason, []).append(exhibit)
    cannot = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in reasons.items())
    return {
        "Looks at:": f"{checker.looks_at}.",
        "Cannot occur in its task:": f"{cannot or 'none'}.",
        "Where:": checker.sources,
    }
