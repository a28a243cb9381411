"""Exercise scale_and_shift. Give each feature its learned scale and shift."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, batch, by_hand, strided


def _affine_cases(rng):
    yield Case("7 examples with 5 features", (batch(rng), *affine(rng)))
    yield Case("4 examples with 4 features", (batch(rng, 4, 4), *affine(rng, 4)))
    yield Case("gamma 1 and beta 0, as at the start", (batch(rng, 3, 2), np.ones(2), np.zeros(2)))
    yield Case("a batch of one", (batch(rng, 1, 3), *affine(rng, 3)))
    yield Case("an array with gaps in memory", (strided(batch(rng, 6, 4)), *affine(rng, 4)))


scale_and_shift = Exercise(
    notebook="04-normalize-scale-shift",
    reference=reference.scale_and_shift,
    asks="give each feature its scale gamma and its shift beta: gamma * x_hat + beta",
    cases=_affine_cases,
    points=1,
    section="Scale and shift",
    returns=("y",),
    example=by_hand([[-1], [1]], [2], [5]),
    hints=(
        "Each feature has its own gamma and its own beta. What does a gamma of 2 do to a column?",
        "Scale first, then shift: beta is not multiplied by gamma.",
        "gamma has one number for each column of x_hat, so NumPy's * fits it to every row; then add beta.",
    ),
)


@scale_and_shift.wrong("F7", looks_like=r"beta\s*\*|\*\s*beta")
def gamma_and_beta_swapped(x_hat, gamma, beta):
    """gamma and beta have changed places: gamma scales (multiplies), beta shifts (is added)."""
    return beta * x_hat + gamma


@scale_and_shift.wrong("F7", looks_like=r"\(\s*\w+\s*\+\s*beta")
def shifts_before_it_scales(x_hat, gamma, beta):
    """You add beta first and multiply afterwards, so beta is scaled too. It is gamma * x_hat, plus beta."""
    return gamma * (x_hat + beta)


@scale_and_shift.wrong("F7", looks_like=r"return")
def beta_forgotten(x_hat, gamma, beta):
    """The shift is missing: add beta."""
    return gamma * x_hat


@scale_and_shift.wrong("F7", looks_like=r"return")
def gamma_forgotten(x_hat, gamma, beta):
    """The scale is missing: multiply by gamma."""
    return x_hat + beta


@scale_and_shift.wrong("F7", looks_like=r"return")
def neither_scale_nor_shift(x_hat, gamma, beta):
    """The normalized numbers come back without their scale and shift. Multiply them by gamma, and add beta."""
    return x_hat


@scale_and_shift.wrong("F7", looks_like=r"\+\s*gamma")
def gamma_added(x_hat, gamma, beta):
    """You add gamma; it multiplies. Only beta is added."""
    return x_hat + gamma + beta


@scale_and_shift.wrong("F7", looks_like=r"-\s*beta")
def beta_subtracted(x_hat, gamma, beta):
    """You subtract beta; it is added."""
    return gamma * x_hat - beta


@scale_and_shift.wrong("F7", looks_like=r"/\s*gamma")
def divides_by_gamma(x_hat, gamma, beta):
    """You divide by gamma; it multiplies."""
    return x_hat / gamma + beta


@scale_and_shift.wrong("F7", looks_like=r"1\s*\+\s*gamma|gamma\s*\+\s*1")
def one_plus_gamma(x_hat, gamma, beta):
    """You multiply by 1 + gamma. gamma itself starts at 1, so it multiplies alone."""
    return (1 + gamma) * x_hat + beta


@scale_and_shift.wrong("F7", looks_like=r"gamma\[\s*0\s*\]|beta\[\s*0\s*\]|gamma\.mean|\bfloat\(")
def one_gamma_and_beta_for_all_features(x_hat, gamma, beta):
    """All features get the first gamma and the first beta. Each feature has its own pair."""
    return gamma[0] * x_hat + beta[0]


@scale_and_shift.wrong("F7", looks_like=r"@|dot|matmul")
def a_matrix_product_with_gamma(x_hat, gamma, beta):
    """You take a matrix product (@ or dot), which adds the features together. Multiply element by element
    with *."""
    return (x_hat @ gamma)[:, None] + beta


@scale_and_shift.wrong("F7", looks_like=r"@|dot|matmul")
def a_dot_product_with_gamma(x_hat, gamma, beta):
    """You take a dot product, which adds the features together and leaves one number for each example.
    Multiply element by element with *."""
    return x_hat @ gamma


@scale_and_shift.wrong("F3", looks_like=r"None\]|newaxis|reshape\(\s*-1\s*,\s*1")
def gamma_and_beta_along_the_batch(x_hat, gamma, beta):
    """gamma and beta run along the batch (one for each example). They belong to the features, the columns."""
    return gamma[:, None] * x_hat + beta[:, None]


@scale_and_shift.wrong("F7", looks_like=r"[*+]=|\[.*\]\s*=[^=]", name="x_hat overwritten in place")
def x_hat_overwritten_in_place(x_hat, gamma, beta):
    """You change x_hat in place, as `x_hat *= gamma` does. The backward pass needs it: make a new array."""
    x_hat *= gamma
    x_hat += beta
    return x_hat


@scale_and_shift.right
def scale_and_shift_with_loops(x_hat, gamma, beta):
    rows = []
    for row in x_hat:
        rows.append([g * value + b for g, value, b in zip(gamma, row, beta, strict=True)])
    return np.array(rows)


@scale_and_shift.right
def scale_and_shift_by_diagonal(x_hat, gamma, beta):
    return x_hat @ np.diag(gamma) + beta


@scale_and_shift.right
def scale_and_shift_by_einsum(x_hat, gamma, beta):
    return np.einsum("nd,d->nd", x_hat, gamma) + beta.reshape(1, -1)


@scale_and_shift.right
def scale_and_shift_by_columns(x_hat, gamma, beta):
    return np.stack([gamma[k] * x_hat[:, k] + beta[k] for k in range(len(gamma))], axis=1)


@scale_and_shift.right
def shift_after_division(x_hat, gamma, beta):
    return (x_hat + beta / gamma) * gamma


@scale_and_shift.right
def scale_and_shift_in_float32(x_hat, gamma, beta):
    x_hat, gamma, beta = (np.asarray(value, np.float32) for value in (x_hat, gamma, beta))
    return gamma * x_hat + beta
