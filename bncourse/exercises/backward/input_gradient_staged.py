"""Exercise input_gradient_staged. The way back from y to x, stage by stage, as the paper writes it."""

import numpy as np

from bncourse import reference
from bncourse.checking import Exercise
from bncourse.exercises.backward.input_gradient import gradient_cases
from bncourse.exercises.batches import by_hand


def _compose_input_gradient_staged(steps):
    def input_gradient_staged(dout, x, gamma, eps=1e-3):
        centred = x - x.mean(axis=0)
        total = steps.total(x, eps)  # var + eps
        dx_hat = steps.dx_hat(dout, gamma)
        dvar = steps.dvar(dx_hat, centred, total, dout)
        dmean = steps.dmean(dx_hat, centred, total, dvar, dout)
        dx = steps.dx(dx_hat, centred, total, dvar, dmean, dout)
        return dx_hat, dvar, dmean, dx

    return input_gradient_staged


def _dvar(dx_hat, centred, total, dout):
    return (dx_hat * centred).sum(axis=0) * -0.5 * total**-1.5


def _dmean(dx_hat, centred, total, dvar, dout):
    return -(dx_hat / np.sqrt(total)).sum(axis=0) + dvar * (-2 * centred).mean(axis=0)


def _dx(dx_hat, centred, total, dvar, dmean, dout):
    return dx_hat / np.sqrt(total) + dvar * 2 * centred / len(centred) + dmean / len(centred)


input_gradient_staged = Exercise(
    notebook="05-backward",
    reference=reference.input_gradient_staged,
    asks="give dx_hat, dvar, dmean and dx, the gradients on the way back from y to x, in this order",
    cases=gradient_cases,
    points=4,
    section="The way back, stage by stage",
    returns=("dx_hat", "dvar", "dmean", "dx"),
    single=5e-5,  # dvar adds up distances that almost cancel
    compose=_compose_input_gradient_staged,
    steps={
        "total": lambda x, eps: x.var(axis=0) + eps,
        "dx_hat": lambda dout, gamma: dout * gamma,
        "dvar": _dvar,
        "dmean": _dmean,
        "dx": _dx,
    },
    example=by_hand([[0], [2]], [[-1], [1]], [3], eps=0.0),
    hints=(
        "Draw the forward pass as boxes: x goes into the mean, the variance and x_hat; the mean goes into the variance "
        "and x_hat; the variance goes into x_hat. A gradient comes back along every arrow.",
        "One variance serves the whole batch, so its gradient adds up over the batch; so does that of the mean. The "
        "slope of (var + eps) to the power -1/2 is -1/2 times the power -3/2.",
        "x is reached on three arrows: from x_hat directly, from the variance (slope 2 (x - mean) over the batch size) "
        "and from the mean (slope 1 over the batch size). Add the three.",
    ),
)


def _stages(dout, x, gamma, total):
    centred = x - x.mean(axis=0)
    dx_hat = dout * gamma
    dvar = _dvar(dx_hat, centred, total, dout)
    dmean = _dmean(dx_hat, centred, total, dvar, dout)
    return dx_hat, dvar, dmean, _dx(dx_hat, centred, total, dvar, dmean, dout)


@input_gradient_staged.wrong("B1", looks_like=r"dx\s*=|return")
def statistics_taken_as_constants(dout, x, gamma, eps=1e-3):
    """You treat the mean and the variance as constants, with a gradient of 0. They are made of x, so two paths lead
    back to x through them."""
    dx_hat = dout * gamma
    nothing = np.zeros(x.shape[1])
    return dx_hat, nothing, nothing, dx_hat / np.sqrt(x.var(axis=0) + eps)


@input_gradient_staged.wrong("B2", looks_like=r"return")
def dvar_and_dmean_swapped(dout, x, gamma, eps=1e-3):
    """dvar and dmean come back in each other's place. The order is dx_hat, dvar, dmean, dx."""
    dx_hat, dvar, dmean, dx = _stages(dout, x, gamma, x.var(axis=0) + eps)
    return dx_hat, dmean, dvar, dx


@input_gradient_staged.wrong("B2", looks_like=r"return")
def the_stages_in_the_other_order(dout, x, gamma, eps=1e-3):
    """The four gradients come back in the opposite order. The task asks for dx_hat, dvar, dmean, dx."""
    return _stages(dout, x, gamma, x.var(axis=0) + eps)[::-1]


def _averaged_and_not_divided_again(dout, x, gamma, eps=1e-3):
    dx_hat, dvar, dmean, dx = _stages(dout, x, gamma, x.var(axis=0) + eps)
    return dx_hat, dvar / len(x), dmean / len(x), dx


@input_gradient_staged.wrong("B2", looks_like=r"mean", forms=(_averaged_and_not_divided_again,))
def dvar_and_dmean_averaged(dout, x, gamma, eps=1e-3):
    """You average dvar and dmean over the batch. The gradients of all examples add up in them: they are sums. The 1
    over the batch size comes later, in dx."""
    centred, total = x - x.mean(axis=0), x.var(axis=0) + eps
    dx_hat, dvar, dmean, _ = _stages(dout, x, gamma, total)
    dvar, dmean = dvar / len(x), dmean / len(x)
    return dx_hat, dvar, dmean, _dx(dx_hat, centred, total, dvar, dmean, dout)


@input_gradient_staged.wrong("B2", looks_like=r"dvar\s*=|dmean\s*=")
def dvar_and_dmean_not_summed(dout, x, gamma, eps=1e-3):
    """The sums over the batch are missing in dvar and dmean. One mean and one variance serve the whole batch, so the
    gradients of all examples add up: one number for each feature."""
    centred, total = x - x.mean(axis=0), x.var(axis=0) + eps
    dx_hat = dout * gamma
    dvar, dmean = dx_hat * centred * -0.5 * total**-1.5, -dx_hat / np.sqrt(total)
    return dx_hat, dvar, dmean, _dx(dx_hat, centred, total, dvar, dmean, dout)


@input_gradient_staged.wrong("F6")
def epsilon_outside_the_root_in_the_stages(dout, x, gamma, eps=1e-3):
    """You add epsilon to the standard deviation, outside the root. The forward pass adds it to the variance, inside
    the root, and the backward pass must use the same."""
    return _stages(dout, x, gamma, (np.sqrt(x.var(axis=0)) + eps) ** 2)


@input_gradient_staged.wrong("F6", step="total")
def epsilon_forgotten_in_the_stages(x, eps):
    """Epsilon is left out. The forward pass divides by the root of (var + eps), and the backward pass must use the
    same."""
    return x.var(axis=0)


@input_gradient_staged.wrong("F6", step="total", looks_like=r"1e-\d|0\.0+1", name="epsilon fixed at 1e-3 in the stages")
def epsilon_fixed_in_the_stages(x, eps):
    """An epsilon of 1e-3 is used, whatever `eps` was passed: it is written into the code, or `eps` is not handed on to
    the function that needs it."""
    return x.var(axis=0) + 1e-3


@input_gradient_staged.wrong("F6", step="total", looks_like=r"1e-\d|0\.0+1", name="epsilon fixed at 1e-5 in the stages")
def epsilon_of_pytorch_in_the_stages(x, eps):
    """A fixed epsilon of 1e-5 is used, not the `eps` that was passed."""
    return x.var(axis=0) + 1e-5


@input_gradient_staged.wrong("F5", step="total", looks_like=r"ddof|-\s*1")
def the_unbiased_variance_in_the_stages(x, eps):
    """You divide the variance by the batch size minus one. The forward pass normalizes with the biased variance,
    divided by the batch size."""
    with np.errstate(all="ignore"):
        return ((x - x.mean(axis=0)) ** 2).sum(axis=0) / (np.float64(len(x)) - 1) + eps


@input_gradient_staged.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def stages_that_overwrite_dout(dout, x, gamma, eps=1e-3):
    """You change dout in place, as `dout *= gamma` does. The caller's dout must stay as it was: dout * gamma makes a
    new array."""
    stages = _stages(dout, x, gamma, x.var(axis=0) + eps)
    dout *= gamma
    return stages


@input_gradient_staged.right
def stages_without_the_term_that_is_zero(dout, x, gamma, eps=1e-3):
    m, mean = len(x), x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    dx_hat = gamma * dout
    dvar = -0.5 * inverse**3 * np.sum(dx_hat * (x - mean), axis=0)
    dmean = -inverse * dx_hat.sum(axis=0)
    return dx_hat, dvar, dmean, dx_hat * inverse + (2 * dvar * (x - mean) + dmean) / m


@input_gradient_staged.right
def stages_with_loops(dout, x, gamma, eps=1e-3):
    m, features = x.shape
    mean, var = x.mean(0), x.var(0)
    dx_hat, dx = np.zeros(x.shape), np.zeros(x.shape)
    dvar, dmean = np.zeros(features), np.zeros(features)
    for k in range(features):
        root = (var[k] + eps) ** 0.5
        for i in range(m):
            dx_hat[i, k] = dout[i, k] * gamma[k]
            dvar[k] -= dx_hat[i, k] * (x[i, k] - mean[k]) / 2 / root**3
            dmean[k] -= dx_hat[i, k] / root
        for i in range(m):
            dx[i, k] = dx_hat[i, k] / root + (2 * dvar[k] * (x[i, k] - mean[k]) + dmean[k]) / m
    return [dx_hat, dvar, dmean, dx]


@input_gradient_staged.right
def stages_with_kept_axes(dout, x, gamma, eps=1e-3):
    mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
    dx_hat = dout * gamma.reshape(1, -1)
    dvar = np.sum(dx_hat * (x - mean) * -0.5 * (var + eps) ** -1.5, axis=0, keepdims=True)
    dmean = np.sum(-dx_hat / np.sqrt(var + eps), axis=0, keepdims=True)
    dmean = dmean + dvar * np.mean(-2 * (x - mean), axis=0, keepdims=True)
    return dx_hat, dvar, dmean, dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / len(x) + dmean / len(x)


@input_gradient_staged.right
def stages_by_einsum(dout, x, gamma, eps=1e-3):
    centred = x - x.mean(axis=0)
    total = np.einsum("nd,nd->d", centred, centred) / len(x) + eps
    dx_hat = np.einsum("nd,d->nd", dout, gamma)
    dvar = -np.einsum("nd,nd->d", dx_hat, centred) / (2 * total * np.sqrt(total))
    dmean = -np.einsum("nd->d", dx_hat) / np.sqrt(total)
    return dx_hat, dvar, dmean, dx_hat / np.sqrt(total) + 2 * centred * dvar / len(x) + dmean / len(x)


@input_gradient_staged.right
def stages_and_then_one_line(dout, x, gamma, eps=1e-3):
    root = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / root
    dx_hat = dout * gamma
    dvar = -(dx_hat * x_hat).sum(axis=0) / (2 * root**2)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / root
    return dx_hat, dvar, -dx_hat.sum(axis=0) / root, dx


@input_gradient_staged.right
def stages_in_float32(dout, x, gamma, eps=1e-3):
    dout, x, gamma = (np.asarray(value, np.float32) for value in (dout, x, gamma))
    centred = x - x.mean(axis=0)
    total = (centred**2).mean(axis=0) + np.float32(eps)
    dx_hat = dout * gamma
    dvar = (dx_hat * centred).sum(axis=0) * np.float32(-0.5) * total ** np.float32(-1.5)
    dmean = -(dx_hat / np.sqrt(total)).sum(axis=0)
    return dx_hat, dvar, dmean, dx_hat / np.sqrt(total) + (dvar * 2 * centred + dmean) / np.float32(len(x))
