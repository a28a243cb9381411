"""Exercise steps_to_reach. How long a running statistic needs to follow."""

import math

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _steps_cases(rng):
    for share, momentum in [(0.9, 0.99), (0.99, 0.99), (0.9, 0.9), (0.99, 0.9), (0.9, 0.999)]:
        yield Case(f"{share:.0%} of the new value, momentum {momentum}", (share, momentum))
    yield Case("75% of the new value, momentum 0.5: reached exactly", (0.75, 0.5))
    yield Case("20% of the new value, momentum 0.9: few steps", (0.2, 0.9))
    yield Case("2% of the new value, momentum 0.8: the first step holds more", (0.02, 0.8))
    # a little, and most of a step, before a whole number: those who round are off once each way
    for fraction in (0.75, 0.25):
        steps, momentum = int(rng.integers(5, 60)), round(float(rng.uniform(0.8, 0.95)), 3)
        share = 1 - momentum ** (steps - fraction)
        yield Case(f"{share:.4%} of the new value, momentum {momentum}", (share, momentum))


steps_to_reach = Exercise(
    notebook="06-inference",
    reference=reference.steps_to_reach,
    asks="say after how many updates the running mean first holds at least this share of a new, constant value; "
    "momentum is the weight of the old value, as in Keras",
    cases=_steps_cases,
    points=1,
    section="How long the running statistics take",
    returns=("the number of steps",),
    example=by_hand(0.8, 0.5),
    hints=(
        "Start from an old value of 0 and a new one of 1. What is the running value after one update? After two?",
        "After n updates the old value weighs momentum to the power n, and the new one the rest.",
        "Ask for the first n at which 1 minus that power is at least the share: count up in a loop, or take logarithms "
        "and round up.",
    ),
)


@steps_to_reach.wrong("R6", looks_like=r"int\(|floor|//")
def rounded_down(share, momentum):
    """You round down, and so stop one step before the share is reached. Round up: the first whole number at which it
    is."""
    return math.floor(math.log(1 - share) / math.log(momentum))


@steps_to_reach.wrong("R6", looks_like=r"round\(")
def rounded_to_the_nearest(share, momentum):
    """You round to the nearest whole number, which may be one step too early. Round up: the first whole number at
    which the share is reached."""
    return round(math.log(1 - share) / math.log(momentum))


@steps_to_reach.wrong("R6", looks_like=r"log")
def not_rounded(share, momentum):
    """The number of steps is not whole. Round up: the first whole number at which the share is reached."""
    return math.log(1 - share) / math.log(momentum)


@steps_to_reach.wrong("R6", looks_like=r"\+\s*1|<=")
def one_step_too_many(share, momentum):
    """You count one step too many. After n updates the old value weighs momentum to the power n; with the first
    update n is 1."""
    return math.ceil(math.log(1 - share) / math.log(momentum)) + 1


@steps_to_reach.wrong("R6", looks_like=r"\+\s*1|<=|>")
def more_than_the_share_asked_for(share, momentum):
    """Where the share is reached exactly, you take one more step. The task asks for at least the share."""
    return math.floor(math.log(1 - share) / math.log(momentum)) + 1


@steps_to_reach.wrong("R6", looks_like=r"log\(\s*share")
def the_logarithm_of_the_share(share, momentum):
    """You ask when the old value weighs as much as the share. It is the rest, 1 - share, that the old value may still
    weigh."""
    return math.ceil(math.log(share) / math.log(momentum))


@steps_to_reach.wrong("R1", looks_like=r"1\s*-\s*momentum", name="PyTorch's momentum in the power")
def momentum_of_pytorch_in_the_power(share, momentum):
    """You take momentum as the weight of the new value, which is PyTorch's convention. Here, as in Keras, it is the
    weight of the old one."""
    return max(1, math.ceil(math.log(1 - share) / math.log(1 - momentum)))


@steps_to_reach.wrong("R6", looks_like=r"1\s*/\s*\(\s*1\s*-\s*momentum")
def the_length_of_the_memory(share, momentum):
    """You take 1 / (1 - momentum), the length of the memory. After so many steps only about two thirds of the new value
    are reached (63 % at momentum 0.99), whatever share is asked for."""
    return round(1 / (1 - momentum))


@steps_to_reach.wrong("R6", looks_like=r"share\s*/")
def a_straight_line(share, momentum):
    """You count as if every step added the same 1 - momentum. Each step closes a share of the gap that is left, so
    the steps become smaller: the old value weighs momentum to the power n."""
    return math.ceil(share / (1 - momentum))


@steps_to_reach.wrong("R6", looks_like=r"-\s*math\.log|-\s*np\.log|log")
def a_negative_number_of_steps(share, momentum):
    """The number of steps is negative. Both logarithms, that of 1 - share and that of momentum, are below 0, so their
    ratio is above 0: a minus is too many."""
    return -math.ceil(math.log(1 - share) / math.log(momentum))


@steps_to_reach.wrong("R6", looks_like=r"log")
def the_logarithms_exchanged(share, momentum):
    """You divide the logarithms the wrong way round. The power n times the logarithm of momentum is the logarithm of
    1 - share."""
    return math.ceil(math.log(momentum) / math.log(1 - share))


@steps_to_reach.right
def steps_by_logarithms(share, momentum):
    return math.ceil(math.log(1 - share) / math.log(momentum))


@steps_to_reach.right
def steps_counted_by_updating(share, momentum):
    value, steps = 0.0, 0
    while value < share * (1 - 1e-12):
        value, steps = momentum * value + (1 - momentum), steps + 1
    return steps


@steps_to_reach.right
def steps_counted_by_the_weight_of_the_old(share, momentum):
    weight, steps = 1.0, 0
    while 1 - weight < share:
        weight *= momentum
        steps += 1
    return steps


@steps_to_reach.right
def steps_by_numpys_logarithms(share, momentum):
    import numpy as np

    return int(np.ceil(np.log1p(-share) / np.log(momentum)))


@steps_to_reach.right
def steps_from_a_table(share, momentum):
    import numpy as np

    return np.argmax(1 - momentum ** np.arange(5000) >= share)


@steps_to_reach.right
def steps_by_a_sum(share, momentum):
    return next(n for n in range(1, 5000) if 1 - momentum**n >= share)
