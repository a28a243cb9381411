"""Exercise squared_norm_after_step. In plain gradient descent the weights of a scale-invariant layer grow."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _at_a_right_angle(rng, inputs, units):
    """Draw weights, and a gradient that stands at a right angle to them, unit by unit, as before batch norm."""
    weights = rng.uniform(0.5, 2.0) * rng.standard_normal((inputs, units))
    gradient = rng.uniform(1.0, 3.0) * rng.standard_normal((inputs, units))
    along = (weights * gradient).sum(axis=0) / (weights**2).sum(axis=0)
    return weights, gradient - along * weights


def _cases(rng):
    yield Case("4 inputs, 3 units, rate 0.5", (*_at_a_right_angle(rng, 4, 3), 0.5))
    yield Case("3 inputs, 3 units, rate 0.1", (*_at_a_right_angle(rng, 3, 3), 0.1))
    yield Case("5 inputs, 2 units, rate 3", (*_at_a_right_angle(rng, 5, 2), 3.0))
    yield Case("3 inputs, 1 unit, rate 0.7", (*_at_a_right_angle(rng, 3, 1), 0.7))
    weights, gradient = _at_a_right_angle(rng, 4, 2)
    yield Case("a gradient of zero: the weights stay", (weights, 0 * gradient, 0.5))


squared_norm_after_step = Exercise(
    notebook="08-why-it-works",
    reference=reference.squared_norm_after_step,
    asks="give the squared norm of the weights after one step of gradient descent, when the gradient is at a "
    "right angle to the weights",
    cases=_cases,
    section="Weights that grow",
    returns=("the squared norm",),
    example=by_hand([[3], [0]], [[0], [8]], 0.5),
    hints=(
        "Draw it: the old weights, the step, and the new weights are the three sides of a triangle.",
        "The triangle has a right angle between the weights and the step, so Pythagoras gives the third side.",
        "The step is the rate times the gradient, and its squared length holds the square of both. Add it to the "
        "squared length of the weights; a squared length is the sum of the squares of all numbers.",
    ),
)


@squared_norm_after_step.property("a gradient at a right angle should never make the weights shorter")
def _never_shorter(case, got):
    before = float((case.arguments[0] ** 2).sum())
    return (f"at least {before:.6g}", f"{float(got):.6g}") if float(got) < before * (1 - 1e-5) else None


@squared_norm_after_step.wrong("F1", looks_like=r"-\s*rate\s*\*\*\s*2|-\s*\(")
def the_square_of_the_step_is_subtracted(weights, gradient, rate):
    """You subtract the square of the step. The step is taken off the weights; at a right angle to them it
    makes them longer, so its square is added (Pythagoras)."""
    return (weights**2).sum() - rate**2 * (gradient**2).sum()


@squared_norm_after_step.wrong("F1", looks_like=r"rate\s*\*\s*|\*\s*rate")
def the_rate_is_not_squared(weights, gradient, rate):
    """You square the gradient, but not the learning rate. The step is rate * gradient, and all of it is squared."""
    return (weights**2).sum() + rate * (gradient**2).sum()


@squared_norm_after_step.wrong("F1", looks_like=r"\+")
def the_rate_is_left_out(weights, gradient, rate):
    """The learning rate is left out. The step is rate * gradient."""
    return (weights**2).sum() + (gradient**2).sum()


@squared_norm_after_step.wrong("F1", looks_like=r"norm|\+")
def the_two_lengths_are_added(weights, gradient, rate):
    """You add the two lengths and then square. Only a step straight along the weights adds its whole length;
    at a right angle the squares add up."""
    return (np.linalg.norm(weights) + rate * np.linalg.norm(gradient)) ** 2


@squared_norm_after_step.wrong("F1", looks_like=r"norm|-")
def the_step_shortens_the_weights(weights, gradient, rate):
    """You take the length of the step off the length of the weights. The step is at a right angle to them:
    the squares of the two lengths add up."""
    return (np.linalg.norm(weights) - rate * np.linalg.norm(gradient)) ** 2


@squared_norm_after_step.wrong("F1", looks_like=r"sqrt|norm|\*\*\s*0?\.5")
def the_norm_and_not_its_square(weights, gradient, rate):
    """You return the norm. The task asks for its square: leave the root out."""
    return np.sqrt((weights**2).sum() + rate**2 * (gradient**2).sum())


@squared_norm_after_step.wrong("F1", looks_like=r"return")
def the_norm_stays_the_same(weights, gradient, rate):
    """You return the squared norm before the step. The loss does not depend on the norm, but each step at a
    right angle makes the weights a little longer."""
    return (weights**2).sum()


@squared_norm_after_step.wrong("F3", looks_like=r"mean")
def a_mean_and_not_a_sum(weights, gradient, rate):
    """You average the squares. A squared norm is their sum."""
    return (weights**2).mean() + rate**2 * (gradient**2).mean()


@squared_norm_after_step.wrong("F3", looks_like=r"axis|\(\s*0\s*\)")
def one_squared_norm_for_each_unit(weights, gradient, rate):
    """You add over the inputs only, which gives one number for each unit. The task asks for the whole layer:
    add all squares."""
    return (weights**2).sum(axis=0) + rate**2 * (gradient**2).sum(axis=0)


@squared_norm_after_step.wrong("F3", looks_like=r"axis|\(\s*-?1\s*\)")
def one_squared_norm_for_each_input(weights, gradient, rate):
    """You add over the units only, which gives one number for each input. The task asks for the whole layer:
    add all squares."""
    return (weights**2).sum(axis=1) + rate**2 * (gradient**2).sum(axis=1)


@squared_norm_after_step.wrong("F1", looks_like=r"return")
def the_weights_after_the_step(weights, gradient, rate):
    """You return the weights after the step. The task asks for the sum of their squares."""
    return weights - rate * gradient


@squared_norm_after_step.wrong("F7", looks_like=r"-=")
def a_step_in_place(weights, gradient, rate):
    """You take the step in place, as `weights -= ...` does. The caller's weights must stay as they were: `weights =
    weights - ...` makes a new array."""
    weights -= rate * gradient
    return (weights**2).sum()


@squared_norm_after_step.right
def the_step_taken_and_measured(weights, gradient, rate):
    return np.sum((weights - rate * gradient) ** 2)


@squared_norm_after_step.right
def the_step_against_the_sign(weights, gradient, rate):
    return np.square(weights + rate * gradient).sum()


@squared_norm_after_step.right
def two_norms_squared(weights, gradient, rate):
    return np.linalg.norm(weights) ** 2 + (rate * np.linalg.norm(gradient)) ** 2


@squared_norm_after_step.right
def a_squared_norm_with_loops(weights, gradient, rate):
    total = 0.0
    for row, slopes in zip(weights, gradient, strict=True):
        for weight, slope in zip(row, slopes, strict=True):
            total += (weight - rate * slope) ** 2
    return total


@squared_norm_after_step.right
def a_squared_norm_by_einsum(weights, gradient, rate):
    return np.einsum("ij,ij->", weights, weights) + np.einsum("ij,ij->", gradient, gradient) * rate**2


@squared_norm_after_step.right
def a_dot_product_with_itself(weights, gradient, rate):
    stepped = (weights - rate * gradient).ravel()
    return stepped @ stepped


@squared_norm_after_step.right
def a_squared_norm_in_float32(weights, gradient, rate):
    return ((weights.astype(np.float32) - np.float32(rate) * gradient.astype(np.float32)) ** 2).sum()
