"""Exercise affine_gradients. The gradients with respect to gamma and beta."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, by_hand, strided


def _gradient(rng, x):
    """Draw a dout that is neither centred nor constant."""
    return batch(rng, *x.shape, offset=1.5)


def _affine_cases(rng):
    for label, x_hat in [
        ("7 examples with 5 features", batch(rng, 7, 5, scale=1.0, offset=0.4)),
        ("4 examples with 4 features", batch(rng, 4, 4, scale=1.0, offset=0.4)),
        ("1 example with 3 features", batch(rng, 1, 3, scale=1.0, offset=0.4)),
        ("an array with gaps in memory", strided(batch(rng, 6, 3, scale=1.0, offset=0.4))),
    ]:
        yield Case(label, (_gradient(rng, x_hat), x_hat))


def _compose_affine_gradients(steps):
    def affine_gradients(dout, x_hat):
        return steps.dgamma(dout, x_hat), steps.dbeta(dout, x_hat)

    return affine_gradients


affine_gradients = Exercise(
    notebook="05-backward",
    reference=reference.affine_gradients,
    asks="give dgamma and dbeta, the gradients of the loss for y = gamma * x_hat + beta: one number for each feature",
    cases=_affine_cases,
    points=2,
    section="The gradients of gamma and beta",
    returns=("dgamma", "dbeta"),
    compose=_compose_affine_gradients,
    steps={
        "dgamma": lambda dout, x_hat: (dout * x_hat).sum(axis=0),
        "dbeta": lambda dout, x_hat: dout.sum(axis=0),
    },
    example=by_hand([[1], [3]], [[-1], [1]]),
    hints=(
        "How does one y[i, k] change when gamma[k] grows a little? And when beta[k] does?",
        "The same gamma[k] is in the y of every example. Gradients that meet in one number add up.",
        "For dgamma, multiply dout by x_hat element by element, then add down each column. For dbeta, add dout alone.",
    ),
)


@affine_gradients.wrong("B2", looks_like=r"return")
def dgamma_and_dbeta_swapped(dout, x_hat):
    """dgamma and dbeta come back in each other's place. x_hat belongs to dgamma: gamma is what x_hat is multiplied
    by."""
    return dout.sum(axis=0), (dout * x_hat).sum(axis=0)


@affine_gradients.wrong("B2", looks_like=r"mean|/")
def both_averaged(dout, x_hat):
    """You average over the batch. Every example adds its share to the gradients of gamma and beta: they are sums."""
    return (dout * x_hat).mean(axis=0), dout.mean(axis=0)


@affine_gradients.wrong("B2", looks_like=r"axis\s*=\s*-?1")
def both_summed_over_the_features(dout, x_hat):
    """You add over the features (axis 1), which gives one number for each example. gamma and beta have one number for
    each feature: add over the batch (axis 0)."""
    return (dout * x_hat).sum(axis=1), dout.sum(axis=1)


@affine_gradients.wrong("B2", looks_like=r"sum\(\s*\)|np\.sum\(")
def two_single_numbers(dout, x_hat):
    """You add up everything, and get one number for dgamma and one for dbeta. Each feature has its own gamma and
    beta, so each needs its own gradient: add over axis 0 alone."""
    return (dout * x_hat).sum(), dout.sum()


@affine_gradients.wrong("B2", looks_like=r"return")
def neither_summed_over_the_batch(dout, x_hat):
    """The sum over the batch is missing. All examples share gamma and beta, so their gradients add up: one number for
    each feature."""
    return dout * x_hat, dout


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"mean|/")
def dgamma_averaged(dout, x_hat):
    """You average dgamma over the batch. Every example adds its share: dgamma is a sum."""
    return (dout * x_hat).mean(axis=0)


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"sum")
def dgamma_without_x_hat(dout, x_hat):
    """x_hat is missing from dgamma. gamma multiplies x_hat in y, so x_hat is in its gradient."""
    return dout.sum(axis=0)


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"x_hat\.sum|sum\(\s*x_hat")
def dgamma_without_dout(dout, x_hat):
    """dout is missing from dgamma. The chain rule multiplies the slope of y, which is x_hat, by dout."""
    return x_hat.sum(axis=0)


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"axis\s*=\s*-?1")
def dgamma_summed_over_the_features(dout, x_hat):
    """You add dgamma over the features (axis 1). There is one gamma for each feature: add over the batch (axis 0)."""
    return (dout * x_hat).sum(axis=1)


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"\*")
def dgamma_not_summed(dout, x_hat):
    """The sum over the batch is missing from dgamma. All examples share gamma, so their gradients add up."""
    return dout * x_hat


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"sum\(\s*\)|np\.sum\(|vdot")
def dgamma_a_single_number(dout, x_hat):
    """You add up everything, and get one number for dgamma. There is one gamma for each feature: add over axis 0
    alone."""
    return (dout * x_hat).sum()


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"@|dot|matmul")
def dgamma_by_a_matrix_product(dout, x_hat):
    """You use a matrix product for dgamma, which mixes every feature with every other. Multiply element by element,
    then add over the batch."""
    return x_hat.T @ dout


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"@|dot|matmul")
def dgamma_by_the_other_matrix_product(dout, x_hat):
    """You use a matrix product of dout and x_hat for dgamma, which mixes every feature with every other. Multiply
    element by element, then add over the batch."""
    return dout.T @ x_hat


@affine_gradients.wrong("B2", step="dgamma", looks_like=r"sum.*sum")
def dgamma_summed_too_early(dout, x_hat):
    """You add dout and x_hat over the batch before you multiply. Multiply first, example by example; then add."""
    return dout.sum(axis=0) * x_hat.sum(axis=0)


@affine_gradients.wrong("B2", step="dbeta", looks_like=r"mean|/")
def dbeta_averaged(dout, x_hat):
    """You average dbeta over the batch. Every example adds its share: dbeta is a sum."""
    return dout.mean(axis=0)


@affine_gradients.wrong("B2", step="dbeta", looks_like=r"x_hat")
def dbeta_with_x_hat(dout, x_hat):
    """x_hat is in dbeta, where it does not belong. beta is added in y, so its slope is 1: add dout alone."""
    return (dout * x_hat).sum(axis=0)


@affine_gradients.wrong("B2", step="dbeta", looks_like=r"axis\s*=\s*-?1")
def dbeta_summed_over_the_features(dout, x_hat):
    """You add dbeta over the features (axis 1). There is one beta for each feature: add over the batch (axis 0)."""
    return dout.sum(axis=1)


@affine_gradients.wrong("B2", step="dbeta", looks_like=r"dout")
def dbeta_not_summed(dout, x_hat):
    """The sum over the batch is missing from dbeta. All examples share beta, so their gradients add up."""
    return dout.copy()


@affine_gradients.wrong("B2", step="dbeta", looks_like=r"sum\(\s*\)|np\.sum\(")
def dbeta_a_single_number(dout, x_hat):
    """You add up everything, and get one number for dbeta. There is one beta for each feature: add over axis 0
    alone."""
    return dout.sum()


@affine_gradients.wrong("B2", step="dbeta", looks_like=r"ones|len|shape")
def dbeta_without_dout(dout, x_hat):
    """dbeta is the slope of y alone, which is 1. The chain rule multiplies it by dout, and the batch adds up."""
    return np.ones(dout.shape[1])


@affine_gradients.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def affine_gradients_that_overwrite_dout(dout, x_hat):
    """You change dout in place, as `dout *= x_hat` does. The caller's dout must stay as it was: dout * x_hat makes a
    new array."""
    dbeta = dout.sum(axis=0)
    dout *= x_hat
    return dout.sum(axis=0), dbeta


@affine_gradients.right
def affine_gradients_with_loops(dout, x_hat):
    dgamma, dbeta = np.zeros(dout.shape[1]), np.zeros(dout.shape[1])
    for i in range(dout.shape[0]):
        for k in range(dout.shape[1]):
            dgamma[k] += dout[i, k] * x_hat[i, k]
            dbeta[k] += dout[i, k]
    return dgamma, dbeta


@affine_gradients.right
def affine_gradients_by_einsum(dout, x_hat):
    return np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)


@affine_gradients.right
def affine_gradients_that_keep_their_axis(dout, x_hat):
    return np.sum(dout * x_hat, axis=0, keepdims=True), np.sum(dout, axis=0, keepdims=True)


@affine_gradients.right
def affine_gradients_from_a_diagonal(dout, x_hat):
    return [np.diag(dout.T @ x_hat), np.ones(len(dout)) @ dout]


@affine_gradients.right
def affine_gradients_from_means(dout, x_hat):
    return len(dout) * np.mean(dout * x_hat, axis=0), len(dout) * np.mean(dout, axis=0)


@affine_gradients.right
def affine_gradients_in_float32(dout, x_hat):
    dout, x_hat = dout.astype(np.float32), x_hat.astype(np.float32)
    return (dout * x_hat).sum(axis=0), dout.sum(axis=0)
