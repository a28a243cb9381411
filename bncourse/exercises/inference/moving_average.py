"""Exercise moving_average. A running statistic that follows the batches, in Keras's and PyTorch's convention."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand, statistics, strided

_KERAS, _PYTORCH = "Keras's convention", "PyTorch's convention"


def _moving_average_cases(rng):
    def pair(features=5):
        return statistics(rng, features)[0], statistics(rng, features)[0] + 4

    yield Case("5 features, momentum 0.7, as in Keras", (*pair(), 0.7), {"convention": "keras"}, _KERAS)
    yield Case("5 features, momentum 0.3, as in PyTorch", (*pair(), 0.3), {"convention": "pytorch"}, _PYTORCH)
    yield Case("5 features, with the momentum and the convention of the task", pair(), {}, _KERAS)
    zeros = np.zeros(4)
    yield Case("the first batch, from zeros, momentum 0.8, as in Keras", (zeros, pair(4)[1], 0.8, "keras"), {}, _KERAS)
    yield Case("the first batch, momentum 0.1, as in PyTorch", (zeros, pair(4)[1], 0.1, "pytorch"), {}, _PYTORCH)
    gaps = tuple(strided(values) for values in pair(3))
    yield Case("arrays with gaps in memory, as in Keras", (*gaps, 0.6, "keras"), {}, _KERAS)
    yield Case("arrays with gaps in memory, as in PyTorch", (*gaps, 0.6, "pytorch"), {}, _PYTORCH)


moving_average = Exercise(
    notebook="06-inference",
    reference=reference.moving_average,
    asks='move the running statistic towards that of the batch: with convention "keras", momentum is the weight of '
    'the old value; with "pytorch", of the new one',
    cases=_moving_average_cases,
    points=2,
    section="Running statistics",
    returns=("the running statistic",),
    may_change=("running",),
    example=by_hand([0], [10], 0.75, convention="keras"),
    hints=(
        "The new running value lies between the old one and that of the batch. Which of the two has the larger weight?",
        "The two weights are momentum and 1 - momentum. The word that comes with the call says which is whose.",
        "As in Keras: momentum times the old, and 1 - momentum times the new. As in PyTorch, exchange the weights.",
    ),
)


@moving_average.property("each number should lie between the old one and that of the batch")
def _between(case, got):
    running, batch = case.arguments[:2]
    low, high = np.minimum(running, batch), np.maximum(running, batch)
    room = 1e-5 * (np.abs(low) + np.abs(high))
    off = (got < low - room) | (got > high + room)
    if off.any():
        k = int(np.argmax(off))
        return f"[{k}] between {low[k]:.4g} and {high[k]:.4g}", f"[{k}] {got[k]:.4g}"
    return None


@moving_average.wrong("R1", looks_like=r"momentum")
def the_conventions_exchanged(running, batch, momentum=0.99, convention="keras"):
    """You have the two conventions the wrong way round. In Keras momentum is the weight of the old value, in PyTorch
    of the new one."""
    old = 1 - momentum if convention == "keras" else momentum
    return old * running + (1 - old) * batch


@moving_average.wrong("R1", looks_like=r"momentum", name="Keras's convention for both")
def convention_of_keras_for_both(running, batch, momentum=0.99, convention="keras"):
    """You use Keras's convention in both cases. In PyTorch momentum is the weight of the new value."""
    return momentum * running + (1 - momentum) * batch


@moving_average.wrong("R1", looks_like=r"momentum", name="PyTorch's convention for both")
def convention_of_pytorch_for_both(running, batch, momentum=0.99, convention="keras"):
    """You use PyTorch's convention in both cases. In Keras momentum is the weight of the old value."""
    return (1 - momentum) * running + momentum * batch


@moving_average.wrong("R2", looks_like=r"return running")
def the_old_value_kept(running, batch, momentum=0.99, convention="keras"):
    """The running statistic comes back as it was. It must move towards that of the batch."""
    return running.copy()


@moving_average.wrong("R2", looks_like=r"return batch")
def the_old_value_thrown_away(running, batch, momentum=0.99, convention="keras"):
    """The statistic of the batch replaces the running one. A running statistic remembers: mix the old and the new."""
    return batch.copy()


@moving_average.wrong("R2", looks_like=r"\+=|\+")
def added_without_taking_from_the_old(running, batch, momentum=0.99, convention="keras"):
    """You add a share of the batch's statistic, and keep all of the old one, so it does not stop at the batch's. The
    two weights add up to 1."""
    new = 1 - momentum if convention == "keras" else momentum
    return running + new * batch


@moving_average.wrong("R2")
def the_whole_batch_added(running, batch, momentum=0.99, convention="keras"):
    """You add the whole statistic of the batch to a share of the old one, as momentum in gradient descent does. Here
    the two weights add up to 1."""
    old = momentum if convention == "keras" else 1 - momentum
    return old * running + batch


@moving_average.wrong("R2", looks_like=r"running\s*\+\s*batch|batch\s*\+\s*running|\+=")
def the_two_added(running, batch, momentum=0.99, convention="keras"):
    """You add the two as they are. Each has a weight, momentum or 1 - momentum, and the two weights add up to 1."""
    return running + batch


@moving_average.wrong("R2", looks_like=r"momentum")
def the_same_weight_on_both(running, batch, momentum=0.99, convention="keras"):
    """Both values have the same weight, momentum. The two weights are momentum and 1 - momentum: they add up to 1."""
    return momentum * (running + batch)


@moving_average.wrong("R2", looks_like=r"/\s*2|0?\.5|mean")
def a_plain_average(running, batch, momentum=0.99, convention="keras"):
    """You take the plain average of the two. The weights are momentum and 1 - momentum."""
    return (running + batch) / 2


@moving_average.wrong("R1", looks_like=r"0?\.9\d*", name="a momentum of 0.99 written into the code")
def a_momentum_of_99_written_into_the_code(running, batch, momentum=0.99, convention="keras"):
    """You use 0.99 as the weight of the old value, and not the `momentum` that was passed."""
    return 0.99 * running + 0.01 * batch


@moving_average.wrong("R1", looks_like=r"0?\.9\b", name="a momentum of 0.9 written into the code")
def a_momentum_of_9_written_into_the_code(running, batch, momentum=0.99, convention="keras"):
    """You use 0.9 as the weight of the old value, and not the `momentum` that was passed."""
    return 0.9 * running + 0.1 * batch


@moving_average.wrong("R1", looks_like=r"running\s*-\s*batch|-")
def moved_away_from_the_batch(running, batch, momentum=0.99, convention="keras"):
    """The running statistic moves away from that of the batch. The step is a share of (batch - running), added."""
    new = 1 - momentum if convention == "keras" else momentum
    return running + new * (running - batch)


@moving_average.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def the_statistic_of_the_batch_overwritten(running, batch, momentum=0.99, convention="keras"):
    """You change `batch` in place. The caller's statistic of the batch must stay as it was: make a new array."""
    old = momentum if convention == "keras" else 1 - momentum
    batch *= 1 - old
    return old * running + batch


@moving_average.right
def a_step_towards_the_batch(running, batch, momentum=0.99, convention="keras"):
    step = {"keras": 1 - momentum, "pytorch": momentum}[convention]
    return running + step * (batch - running)


@moving_average.right
def a_running_value_updated_in_place(running, batch, momentum=0.99, convention="keras"):
    if convention == "pytorch":
        momentum = 1 - momentum
    running *= momentum
    running += (1 - momentum) * batch
    return running


@moving_average.right
def a_moving_average_with_a_loop(running, batch, momentum=0.99, convention="keras"):
    old, new = (momentum, 1 - momentum) if convention == "keras" else (1 - momentum, momentum)
    return np.array([old * a + new * b for a, b in zip(running, batch, strict=True)])


@moving_average.right
def a_moving_average_by_matrix_product(running, batch, momentum=0.99, convention="keras"):
    weights = np.array([momentum, 1 - momentum])
    return (weights if convention == "keras" else weights[::-1]) @ np.stack([running, batch])


@moving_average.right
def a_weighted_average_of_numpy(running, batch, momentum=0.99, convention="keras"):
    weights = [momentum, 1 - momentum] if convention == "keras" else [1 - momentum, momentum]
    return np.average([running, batch], axis=0, weights=weights)[None, :]


@moving_average.right
def a_moving_average_in_float32(running, batch, momentum=0.99, convention="keras"):
    old = np.float32(momentum if convention == "keras" else 1 - momentum)
    return old * running.astype(np.float32) + (1 - old) * batch.astype(np.float32)
