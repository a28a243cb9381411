"""Exercise rescaled_gradient. The gradient of a scale-invariant layer at larger weights."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, strided


def _cases(rng):
    yield Case("weights times 4", (batch(rng, 3, 4), 4.0))
    yield Case("weights times 0.25", (batch(rng, 3, 3), 0.25))
    yield Case("weights times 100", (batch(rng, 2, 5), 100.0))
    yield Case("a factor that is drawn", (batch(rng, 4, 2), float(rng.uniform(1.5, 3.0))))
    yield Case("weights times 3, a whole number", (strided(batch(rng, 3, 2)), 3))


rescaled_gradient = Exercise(
    notebook="08-why-it-works",
    reference=reference.rescaled_gradient,
    asks="give the gradient at factor * weights of a layer whose loss does not change when its weights are scaled",
    cases=_cases,
    section="Scale invariance",
    returns=("the gradient",),
    hints=(
        "The loss at factor * weights is the loss at weights. Does the same small step turn long weights as much?",
        "Weights 4 times as long need a step 4 times as long for the same change of the loss. A gradient is the "
        "change of the loss for a step of length one.",
        "The gradient has the same direction and shrinks in the same measure in which the weights grow: with the "
        "first power of the factor.",
    ),
)


@rescaled_gradient.wrong("F1", looks_like=r"\*")
def the_gradient_grows_with_the_weights(gradient, factor):
    """You multiply by the factor. The loss is the same on longer weights, and a step of the same length turns
    them by less: the gradient shrinks, so divide."""
    return gradient * factor


@rescaled_gradient.wrong("F1", looks_like=r"return\s+gradient\s*(\.copy\(\))?\s*$")
def the_gradient_stays_as_it_is(gradient, factor):
    """You return the gradient unchanged. The loss is unchanged by the factor; its gradient, the change for
    each step of length one, is divided by it."""
    return gradient.copy()


@rescaled_gradient.wrong("F1", looks_like=r"\*\*\s*2|factor\s*\*\s*factor|square")
def divides_by_the_square_of_the_factor(gradient, factor):
    """You divide by the square of the factor. The gradient shrinks with its first power; the square belongs to
    the effective learning rate, where the longer weights count once more."""
    return gradient / factor**2


@rescaled_gradient.wrong("F1", looks_like=r"sqrt|\*\*\s*0?\.5")
def divides_by_the_root_of_the_factor(gradient, factor):
    """You divide by the root of the factor. The gradient shrinks with the factor itself."""
    return gradient / np.sqrt(factor)


@rescaled_gradient.wrong("F1", looks_like=r"\*\*\s*2|square")
def multiplies_by_the_square_of_the_factor(gradient, factor):
    """You multiply by the square of the factor. The gradient shrinks as the weights grow: divide by the factor."""
    return gradient * factor**2


@rescaled_gradient.wrong("F1", looks_like=r"norm|sqrt")
def a_gradient_of_length_one(gradient, factor):
    """You bring the gradient to the length 1. Scale invariance fixes how its length changes with the factor,
    not the length itself: divide the gradient by the factor."""
    return gradient / np.sqrt((gradient**2).sum())


@rescaled_gradient.wrong("F1", looks_like=r"norm|sqrt")
def a_gradient_of_length_one_over_the_factor(gradient, factor):
    """You bring the gradient to the length 1 before you divide by the factor. Keep its length: divide the
    gradient itself by the factor."""
    return gradient / np.sqrt((gradient**2).sum()) / factor


@rescaled_gradient.wrong("F1", looks_like=r"-")
def subtracts_the_factor(gradient, factor):
    """You subtract the factor. The gradient is scaled, not moved: divide it by the factor."""
    return gradient - factor


@rescaled_gradient.wrong("F1", looks_like=r"-\s*gradient")
def a_gradient_with_its_sign_turned(gradient, factor):
    """The sign is turned. A positive factor keeps the direction of the gradient; minus belongs to the step
    of gradient descent, not here."""
    return -gradient / factor


@rescaled_gradient.wrong("F1", looks_like=r"//")
def a_division_that_drops_the_fraction(gradient, factor):
    """You divide with `//`, which drops the fraction. Divide with `/`."""
    return gradient // factor


@rescaled_gradient.wrong("F1", looks_like=r"factor\s*/")
def the_fraction_upside_down(gradient, factor):
    """The fraction is upside down: you divide the factor by the gradient. Divide the gradient by the factor."""
    return factor / gradient


@rescaled_gradient.wrong("F7", looks_like=r"/=|\[.*\]\s*=[^=]")
def a_gradient_overwritten_in_place(gradient, factor):
    """You change the gradient in place, as `gradient /= factor` does. The caller still needs it: `gradient / factor`
    makes a new array."""
    gradient /= factor
    return gradient


@rescaled_gradient.right
def a_gradient_times_one_over_the_factor(gradient, factor):
    return (1 / factor) * gradient


@rescaled_gradient.right
def a_gradient_by_a_power(gradient, factor):
    return gradient * factor**-1.0


@rescaled_gradient.right
def a_gradient_with_loops(gradient, factor):
    return np.array([[value / factor for value in row] for row in gradient])


@rescaled_gradient.right
def a_gradient_by_a_numpy_call(gradient, factor):
    return np.divide(gradient, factor)


@rescaled_gradient.right
def a_copy_divided_in_place(gradient, factor):
    result = gradient.copy()
    result /= factor
    return result


@rescaled_gradient.right
def a_gradient_in_float32(gradient, factor):
    return gradient.astype(np.float32) / np.float32(factor)
