"""Exercise meeting_step. When a slow run of a scale-invariant layer has come as far as a fast one."""

import numpy as np

from bncourse import reference
from bncourse.checking import Exercise
from bncourse.exercises.batches import by_hand
from bncourse.exercises.why_it_works.meeting_runs import meeting_cases


def _compose(steps):
    def meeting_step(squared_norms, weights, fast_rate, slow_rate):
        return steps.whole(steps.covered(squared_norms, fast_rate), steps.speed(weights, slow_rate))

    return meeting_step


meeting_step = Exercise(
    notebook="08-why-it-works",
    reference=reference.meeting_step,
    asks="give the smallest whole number of slow steps whose effective learning rates, each slow_rate divided by the "
    "squared norm of weights, add up to no less than those of the fast run, fast_rate divided by each of squared_norms",
    cases=meeting_cases,
    points=2,
    section="Two runs that meet",
    returns=("the number of steps",),
    compose=_compose,
    steps={
        "covered": lambda squared_norms, fast_rate: (fast_rate / squared_norms).sum(),
        "speed": lambda weights, slow_rate: slow_rate / (weights**2).sum(),
        "whole": lambda covered, speed: int(np.ceil(covered / speed)),
    },
    example=by_hand([2, 4], [[2], [0]], 1.0, 1.0),
    hints=(
        "How far does the fast run come? Each of its steps has an effective rate of its own, for its weights grow.",
        "Add up the effective rates of the fast run. The slow run adds the same number at every step: how often does "
        "it fit into the sum?",
        "The quotient of the two is rarely a whole number. np.ceil rounds up; a loop that adds until it is enough does "
        "the same.",
    ),
)


@meeting_step.property("it should be a whole number, at least 1")
def _is_a_number_of_steps(case, got):
    return None if got >= 1 and float(got).is_integer() else ("a whole number from 1 on", f"{float(got):.6g}")


@meeting_step.wrong("C7", step="covered", looks_like=r"\[\s*0\s*\]")
def the_norm_at_the_start(squared_norms, fast_rate):
    """You count the fast run's weights as they were at its start. They grow, so each later step turns them less: use
    the squared norm before each step."""
    return len(squared_norms) * fast_rate / squared_norms[0]


@meeting_step.wrong("C7", step="covered", looks_like=r"\[\s*-1\s*\]")
def the_norm_at_the_end(squared_norms, fast_rate):
    """You count the fast run's weights as they were before its last step. Earlier steps had shorter weights and turned
    them more: use the squared norm before each step."""
    return len(squared_norms) * fast_rate / squared_norms[-1]


@meeting_step.wrong("C7", step="covered", looks_like=r"mean")
def the_mean_norm(squared_norms, fast_rate):
    """You divide by the mean of the squared norms. The mean of the quotients is another number: divide for each step,
    then add."""
    return len(squared_norms) * fast_rate / squared_norms.mean()


@meeting_step.wrong("C7", step="covered", looks_like=r"mean|len|size")
def the_mean_of_the_effective_rates(squared_norms, fast_rate):
    """You take the mean effective rate of the fast run, which is how far one step comes. Add up all of its steps."""
    return (fast_rate / squared_norms).mean()


@meeting_step.wrong("C7", step="covered", looks_like=r"\[\s*-1\s*\]")
def the_last_effective_rate_alone(squared_norms, fast_rate):
    """You use the effective rate of the fast run's last step alone. Add up those of all its steps."""
    return fast_rate / squared_norms[-1]


@meeting_step.wrong("C7", step="covered", looks_like=r"\[\s*:\s*-1\s*\]")
def the_last_step_left_out(squared_norms, fast_rate):
    """You leave the last step of the fast run out. There is one squared norm for each step, all before it is taken."""
    return (fast_rate / squared_norms[:-1]).sum() if len(squared_norms) > 1 else fast_rate / squared_norms[0]


@meeting_step.wrong("C7", step="covered", looks_like=r"\[\s*1\s*:\s*\]")
def the_first_step_left_out(squared_norms, fast_rate):
    """You leave the first step of the fast run out. There is one squared norm for each step, all before it is taken."""
    return (fast_rate / squared_norms[1:]).sum() if len(squared_norms) > 1 else fast_rate / squared_norms[0]


@meeting_step.wrong("F1", step="covered", looks_like=r"sum")
def the_rate_by_the_sum_of_the_norms(squared_norms, fast_rate):
    """You add up the squared norms and divide once. Divide for each step, then add the quotients."""
    return fast_rate / squared_norms.sum()


@meeting_step.wrong("F1", step="covered", looks_like=r"sqrt|0?\.5")
def the_norm_of_the_fast_run_and_not_its_square(squared_norms, fast_rate):
    """You take the root of the fast run's squared norms. The effective rate divides by the square."""
    return (fast_rate / np.sqrt(squared_norms)).sum()


@meeting_step.wrong("F1", step="covered", looks_like=r"\*\*\s*2|square")
def the_squared_norm_squared(squared_norms, fast_rate):
    """You square the fast run's squared norms once more. They are squares already."""
    return (fast_rate / squared_norms**2).sum()


@meeting_step.wrong("F1", step="covered", looks_like=r"\*")
def the_rates_times_the_norms(squared_norms, fast_rate):
    """You multiply the fast rate by the squared norms. Longer weights are turned less: divide."""
    return (fast_rate * squared_norms).sum()


@meeting_step.wrong("C7", step="covered", looks_like=r"\b1(?:\.0)?\s*/")
def the_fast_rate_forgotten(squared_norms, fast_rate):
    """You leave the learning rate of the fast run out. Its effective rate is fast_rate divided by the squared norm."""
    return (1 / squared_norms).sum()


@meeting_step.wrong("C7", step="covered", looks_like=r"len|size|shape")
def the_fast_rate_without_the_norms(squared_norms, fast_rate):
    """You add up the fast run's learning rates as they are. What turns its weights is the rate divided by the squared
    norm, step by step."""
    return fast_rate * len(squared_norms)


@meeting_step.wrong("F1", step="speed", looks_like=r"norm|sqrt|0?\.5")
def the_norm_of_the_slow_run_and_not_its_square(weights, slow_rate):
    """You divide the slow rate by the norm of the weights. It counts twice: divide by its square."""
    return slow_rate / np.sqrt((weights**2).sum())


@meeting_step.wrong("F1", step="speed", looks_like=r"\*")
def the_slow_rate_times_the_square(weights, slow_rate):
    """You multiply the slow rate by the squared norm. Longer weights are turned less: divide."""
    return slow_rate * (weights**2).sum()


@meeting_step.wrong("F3", step="speed", looks_like=r"mean|size")
def the_mean_square_of_the_weights(weights, slow_rate):
    """You divide the slow rate by the mean of the squares. The squared norm is their sum."""
    return slow_rate / (weights**2).mean()


@meeting_step.wrong("F3", step="speed", looks_like=r"var|std")
def the_variance_of_the_weights(weights, slow_rate):
    """You divide the slow rate by the variance of the weights. The squared norm is the sum of the squares, with no mean
    taken off."""
    return slow_rate / weights.var()


@meeting_step.wrong("F1", step="speed", looks_like=r"sum")
def the_square_of_the_sum(weights, slow_rate):
    """You add the weights first and then square. Square each weight first, then add."""
    return slow_rate / weights.sum() ** 2


@meeting_step.wrong("F3", step="speed", looks_like=r"max|axis|norm")
def the_longest_unit_alone(weights, slow_rate):
    """You use the squared norm of the longest unit alone. The effective rate here is one number for the whole layer:
    add the squares of all weights."""
    return slow_rate / (weights**2).sum(axis=0).max()


@meeting_step.wrong("C7", step="speed", looks_like=r"\b1(?:\.0)?\s*/")
def the_slow_rate_forgotten(weights, slow_rate):
    """You leave the learning rate of the slow run out. Its effective rate is slow_rate divided by the squared norm."""
    return 1 / (weights**2).sum()


@meeting_step.wrong("C7", step="speed")
def the_slow_rate_without_the_norm(weights, slow_rate):
    """You use the slow run's learning rate as it is. What turns its weights is the rate divided by their squared
    norm."""
    return slow_rate


@meeting_step.wrong("C7", step="whole", looks_like=r"int|floor|//")
def rounded_down(covered, speed):
    """You round down. After so many steps the slow run has not yet come as far: round up."""
    return max(1, int(covered // speed))


@meeting_step.wrong("C7", step="whole", looks_like=r"round|rint")
def rounded_to_the_nearest(covered, speed):
    """You round to the nearest whole number. Where that is down, the slow run has not yet come as far: round up."""
    return max(1, round(float(covered / speed)))


@meeting_step.wrong("C7", step="whole", looks_like=r"/")
def not_rounded(covered, speed):
    """You do not round. There are no parts of steps: give the smallest whole number that is enough."""
    return float(covered / speed)


@meeting_step.wrong("C7", step="whole", looks_like=r"\+\s*1")
def one_step_too_many(covered, speed):
    """You add a step after rounding up. The sum is reached already: give the smallest number of steps that is
    enough."""
    return int(np.ceil(covered / speed)) + 1


@meeting_step.wrong("C7", step="whole", looks_like=r"<=|floor|//|int")
def one_more_where_it_is_reached_exactly(covered, speed):
    """You take one step more where the sum is reached exactly. No less than the fast run's sum is enough."""
    return int(np.floor(covered / speed)) + 1


@meeting_step.wrong("C7", step="whole", looks_like=r"/")
def the_quotient_upside_down(covered, speed):
    """Your quotient is upside down. The sum of the fast run is above the line, the slow run's effective rate below;
    then round up."""
    return float(speed / covered)


@meeting_step.wrong("C7", looks_like=r"slow_rate|fast_rate")
def one_rate_for_both_runs(squared_norms, weights, fast_rate, slow_rate):
    """You use one learning rate for both runs. Each run has its own."""
    return int(np.ceil((fast_rate / squared_norms).sum() / (fast_rate / (weights**2).sum())))


@meeting_step.right
def steps_counted_in_a_loop(squared_norms, weights, fast_rate, slow_rate):
    covered = sum(fast_rate / square for square in squared_norms)
    square, come, steps = np.sum(np.square(weights)), 0.0, 0
    while come < covered:
        steps += 1
        come = steps * slow_rate / square
    return steps


@meeting_step.right
def steps_by_math_ceil(squared_norms, weights, fast_rate, slow_rate):
    import math

    return math.ceil(np.sum(fast_rate / squared_norms) * np.sum(weights**2) / slow_rate)


@meeting_step.right
def steps_by_the_norm_of_numpy(squared_norms, weights, fast_rate, slow_rate):
    return np.ceil(fast_rate * (1 / squared_norms).sum() * np.linalg.norm(weights) ** 2 / slow_rate)


@meeting_step.right
def steps_by_a_negative_floor(squared_norms, weights, fast_rate, slow_rate):
    each = slow_rate / np.einsum("ij,ij->", weights, weights)
    return int(-(-np.add.reduce(fast_rate / squared_norms) // each))


@meeting_step.right
def steps_by_the_first_that_is_enough(squared_norms, weights, fast_rate, slow_rate):
    covered, each = (fast_rate / squared_norms).sum(), slow_rate / (weights**2).sum()
    sums = each * np.arange(1, 2 + int(covered / each) + 1)
    return int(np.argmax(sums >= covered)) + 1


@meeting_step.right
def steps_in_plain_python(squared_norms, weights, fast_rate, slow_rate):
    covered = 0.0
    for square in squared_norms:
        covered += fast_rate / square
    square = 0.0
    for row in weights:
        for weight in row:
            square += weight * weight
    whole = int(covered * square / slow_rate)
    return whole if whole * slow_rate >= covered * square else whole + 1
