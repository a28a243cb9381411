"""Exercise gradient_predictiveness. How far the gradient moves along its own direction."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _gradients(rng, distances, parameters, opposite=()):
    """Draw a first gradient, and probes at about these distances from it, each in a direction of its own.

    Two probes can be set in opposite directions: then no other two rows are as far from each other.
    """
    first = 4 * rng.standard_normal(parameters)
    directions = rng.standard_normal((len(distances), parameters))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    if opposite:
        directions[opposite[1]] = -directions[opposite[0]]
    lengths = np.array(distances) * rng.uniform(0.9, 1.1, len(distances))
    return np.vstack([first, first + lengths[:, None] * directions])


def _cases(rng):
    # the farthest probe is neither the first nor the last, so that an answer which reads one of those is found out
    yield Case("3 probes, 4 parameters", (_gradients(rng, (2, 6, 1), 4),))
    yield Case("5 probes, 3 parameters", (_gradients(rng, (2, 7, 1, 6, 3), 3, opposite=(1, 3)),))
    yield Case("3 probes, 4 parameters: as many rows as columns", (_gradients(rng, (1, 5, 3), 4),))
    yield Case("1 probe, 3 parameters", (_gradients(rng, (2,), 3),))
    yield Case("a gradient that does not change", (np.tile(rng.standard_normal(4), (4, 1)),))
    yield Case("an array stored column by column", (np.asfortranarray(_gradients(rng, (1, 4, 2, 3), 6)),))


gradient_predictiveness = Exercise(
    notebook="08-why-it-works",
    reference=reference.gradient_predictiveness,
    asks="give the largest l2 distance between the first gradient and any of the others",
    cases=_cases,
    points=2,
    section="A gradient one can trust",
    returns=("the largest distance",),
    example=by_hand([[1, 1], [1, 2], [4, 5]]),
    hints=(
        "The first row is the gradient you act on. How far is each other row from it?",
        "Take the first row off all the others. The l2 length of a row is the root of the sum of its squares.",
        "You then have one length for each probe (sum over axis 1, the parameters). The answer is the largest one.",
    ),
)


def _distances(gradients):
    return np.sqrt(((gradients[1:] - gradients[0]) ** 2).sum(axis=1))


@gradient_predictiveness.wrong("F3", looks_like=r"mean")
def the_mean_distance_of_the_probes(gradients):
    """You average the distances. One far probe is enough to mislead a step: take the largest."""
    return _distances(gradients).mean()


@gradient_predictiveness.wrong("F3", looks_like=r"min")
def the_smallest_distance(gradients):
    """You take the smallest distance. The measure asks how bad it can get: take the largest."""
    return _distances(gradients).min()


@gradient_predictiveness.wrong("F3", looks_like=r"sum")
def the_sum_of_the_distances(gradients):
    """You add the distances of all probes. Take the largest one."""
    return _distances(gradients).sum()


@gradient_predictiveness.wrong("F3", looks_like=r"\[\s*-1\s*\]")
def the_distance_of_the_last_probe(gradients):
    """You measure the last probe only. The gradient can be farther off halfway: measure all, take the largest."""
    return _distances(gradients)[-1]


@gradient_predictiveness.wrong("F3")
def the_distance_of_the_first_probe(gradients):
    """You measure the first probe only. Measure all probes, and take the largest distance."""
    return _distances(gradients)[0]


@gradient_predictiveness.wrong("F3", looks_like=r"argmax", forms=(lambda g: int(_distances(g).argmax()) + 1,))
def the_place_of_the_largest_distance(gradients):
    """You say which probe is farthest away, and not how far it is: give the largest distance itself."""
    return int(_distances(gradients).argmax())


@gradient_predictiveness.wrong("F1", looks_like=r"\*\*\s*2|square")
def the_squared_distance(gradients):
    """You leave the root out: this is the largest squared distance. The l2 distance is its root."""
    return _distances(gradients).max() ** 2


@gradient_predictiveness.wrong("F1", looks_like=r"sum\(")
def the_differences_added_before_the_square(gradients):
    """You add the differences before you square them, so that they cancel. Square each difference first, then add."""
    return np.abs((gradients[1:] - gradients[0]).sum(axis=1)).max()


@gradient_predictiveness.wrong("F3", looks_like=r"mean")
def the_root_of_the_mean_square(gradients):
    """You average the squares over the parameters. The l2 distance adds them up."""
    return np.sqrt(((gradients[1:] - gradients[0]) ** 2).mean(axis=1)).max()


@gradient_predictiveness.wrong("F3", looks_like=r"abs")
def the_sum_of_absolute_differences(gradients):
    """You add the absolute differences (the l1 distance). The task asks for l2: square, add, take the root."""
    return np.abs(gradients[1:] - gradients[0]).sum(axis=1).max()


@gradient_predictiveness.wrong("F3", looks_like=r"abs|max")
def the_largest_single_difference(gradients):
    """You take the largest difference of a single parameter. The distance counts all parameters of a probe: square,
    add, take the root; the largest is taken over the probes."""
    return np.abs(gradients[1:] - gradients[0]).max()


@gradient_predictiveness.wrong("F3", looks_like=r"norm\([^,]*\)|sum\(\s*\)")
def one_norm_over_all_probes(gradients):
    """You take one norm over all probes together. Each probe has its own distance (axis 1); the answer is the
    largest."""
    return np.linalg.norm(gradients[1:] - gradients[0])


@gradient_predictiveness.wrong("F3", looks_like=r"norm\([^,]*,\s*2\s*\)")
def the_spectral_norm_of_the_differences(gradients):
    """np.linalg.norm(differences, 2) is the spectral norm of the whole matrix. Give it axis=1, and it measures each
    probe alone."""
    return np.linalg.norm(gradients[1:] - gradients[0], 2)


@gradient_predictiveness.wrong("F3", looks_like=r"axis\s*=\s*0")
def a_norm_for_each_parameter(gradients):
    """You add over the probes (axis 0), which measures each parameter. Add over the parameters (axis 1), so that
    each probe has one distance."""
    return np.sqrt(((gradients[1:] - gradients[0]) ** 2).sum(axis=0)).max()


@gradient_predictiveness.wrong("F1", looks_like=r"/")
def relative_to_the_first_gradient(gradients):
    """You divide by the length of the first gradient. The task asks for the distance itself, not a relative one."""
    return _distances(gradients).max() / np.linalg.norm(gradients[0])


@gradient_predictiveness.wrong("F1", looks_like=r"-")
def the_difference_of_the_lengths(gradients):
    """You compare the lengths of the gradients. Two gradients of the same length can point apart: subtract them first,
    then take the length."""
    lengths = np.linalg.norm(gradients, axis=1)
    return np.abs(lengths[1:] - lengths[0]).max()


@gradient_predictiveness.wrong("F1", looks_like=r"diff\(|\[:\s*-1\s*\]")
def the_distance_of_neighbours(gradients):
    """You measure from each probe to the next. Measure each from the first row: that is the gradient you act on."""
    return np.linalg.norm(np.diff(gradients, axis=0), axis=1).max()


@gradient_predictiveness.wrong("F1", looks_like=r"\[\s*-1\s*\]")
def measured_from_the_last_gradient(gradients):
    """You measure from the last row. The gradient at the current point is the first."""
    return np.linalg.norm(gradients[:-1] - gradients[-1], axis=1).max()


@gradient_predictiveness.wrong("F1", looks_like=r"mean")
def measured_from_the_mean_gradient(gradients):
    """You measure from the mean of the gradients. The step follows the first one: measure from that."""
    return np.linalg.norm(gradients - gradients.mean(axis=0), axis=1).max()


@gradient_predictiveness.wrong("F1", looks_like=r"for|None")
def the_largest_distance_of_any_two(gradients):
    """You compare every pair of rows. Only the distances from the first row count."""
    pairs = gradients[:, None] - gradients[None]
    return np.sqrt((pairs**2).sum(axis=2)).max()


@gradient_predictiveness.wrong("F1", looks_like=r"norm|sqrt", forms=(lambda g: np.linalg.norm(g, axis=1).max(),))
def the_longest_gradient(gradients):
    """You return the length of the longest gradient. Subtract the first row before you take the lengths."""
    return np.linalg.norm(gradients[1:], axis=1).max()


@gradient_predictiveness.wrong("F1", looks_like=r"@|dot|cos")
def one_minus_the_cosine(gradients):
    """You compare directions (the cosine). It says nothing of length; the task asks for the l2 distance."""
    lengths = np.linalg.norm(gradients, axis=1)
    with np.errstate(all="ignore"):
        return (1 - gradients[1:] @ gradients[0] / (lengths[1:] * lengths[0])).max()


@gradient_predictiveness.wrong("F1", looks_like=r"@|dot|cos")
def the_smallest_cosine(gradients):
    """You return a cosine: it compares directions and forgets the lengths. The task asks for the l2 distance."""
    lengths = np.linalg.norm(gradients, axis=1)
    return (gradients[1:] @ gradients[0] / (lengths[1:] * lengths[0])).min()


@gradient_predictiveness.wrong("F3", looks_like=r"return")
def all_distances_and_not_the_largest(gradients):
    """You return the distance of every probe. The answer is one number: the largest."""
    return _distances(gradients)


@gradient_predictiveness.wrong("F7", looks_like=r"-=")
def gradients_overwritten_in_place(gradients):
    """You change the gradients in place, as `-=` does. The caller still needs them: `gradients - gradients[0]` makes a
    new array."""
    gradients -= gradients[0].copy()
    return np.linalg.norm(gradients, axis=1).max()


@gradient_predictiveness.right
def predictiveness_with_the_first_row_left_in(gradients):
    return np.linalg.norm(gradients - gradients[0], axis=1).max()


@gradient_predictiveness.right
def predictiveness_with_loops(gradients):
    largest = 0.0
    for i in range(1, len(gradients)):
        total = 0.0
        for a, b in zip(gradients[i], gradients[0], strict=True):
            total += (a - b) ** 2
        largest = max(largest, total**0.5)
    return largest


@gradient_predictiveness.right
def predictiveness_by_einsum(gradients):
    differences = gradients[1:] - gradients[:1]
    return np.sqrt(np.einsum("pk,pk->p", differences, differences).max())


@gradient_predictiveness.right
def predictiveness_of_the_transpose(gradients):
    columns = gradients.T
    return np.sqrt(np.max(np.sum((columns[:, 1:] - columns[:, :1]) ** 2, axis=0)))


@gradient_predictiveness.right
def predictiveness_by_python_max(gradients):
    return max(np.linalg.norm(row - gradients[0]) for row in gradients[1:])


@gradient_predictiveness.right
def predictiveness_in_float32(gradients):
    gradients = gradients.astype(np.float32)
    return np.linalg.norm(gradients[1:] - gradients[0], axis=1).max()
