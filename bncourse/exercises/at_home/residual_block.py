"""Exercise residual_block. Skip plus normalized branch, and what a gamma of 0 lets through."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, maps


def _draw(rng, shape, gamma=None, beta=None):
    drawn = affine(rng, shape[-1])
    gamma, beta = (given if given is not None else one for given, one in zip((gamma, beta), drawn, strict=True))
    return maps(rng, shape), rng.standard_normal(shape), gamma, beta, maps(rng, shape)


def _cases(rng):
    yield Case("3 images of 2 x 4 with 3 channels", _draw(rng, (3, 2, 4, 3)))
    yield Case("5 images of 3 x 3 with 2 channels", _draw(rng, (5, 3, 3, 2)))
    yield Case("gamma and beta are 0", _draw(rng, (4, 2, 3, 3), np.zeros(3), np.zeros(3)))
    yield Case("one gamma of three is 0", _draw(rng, (4, 2, 3, 3), np.array([0.7, 0.0, -1.3])))
    yield Case("one image of 1 x 1 with 4 channels", _draw(rng, (1, 1, 1, 4)))


def _compose(steps):
    def residual_block(x, x_hat, gamma, beta, dout):
        return steps.y(x, x_hat, gamma, beta), steps.dx_hat(x_hat, gamma, dout), steps.dgamma(x, x_hat, gamma, dout)

    return residual_block


residual_block = Exercise(
    notebook="11-at-home",
    reference=reference.residual_block,
    asks="give y = x + gamma * x_hat + beta, and for a gradient dout of y the gradient dx_hat that goes into the "
    "branch and the gradient dgamma of shape (channels,)",
    cases=_cases,
    points=2,
    section="A block that begins as nothing",
    returns=("y", "dx_hat", "dgamma"),
    compose=_compose,
    steps={
        "y": lambda x, x_hat, gamma, beta: x + gamma * x_hat + beta,
        "dx_hat": lambda x_hat, gamma, dout: gamma * dout,
        "dgamma": lambda x, x_hat, gamma, dout: (dout * x_hat).sum(axis=(0, 1, 2)),
    },
    single=1e-6,
    example=by_hand([[[[5]]]], [[[[2]]]], [0], [0], [[[[3]]]]),
    hints=(
        "In y stand three summands. Only one of them holds x_hat, and only one holds gamma.",
        "By how much does y grow if x_hat grows by 1? Multiply dout by that. In the same way for gamma; but one gamma "
        "serves all images and all positions of its channel.",
        "x_hat reaches y multiplied by gamma. gamma reaches every y of its channel multiplied by x_hat, so add up over "
        "the images, the height and the width.",
    ),
)
wrong = residual_block.wrong


@wrong("B2", step="y", looks_like=r"gamma\s*\*\s*\(|\(x\s*\+")
def the_skip_is_scaled_too(x, x_hat, gamma, beta):
    """You scale the skip with gamma too. Gamma and beta belong to the branch; the skip goes through as it is."""
    return gamma * (x + x_hat) + beta


@wrong("B2", step="y", looks_like=r"gamma\s*\*\s*x\b|\bx\s*\*\s*gamma")
def skip_and_branch_exchanged(x, x_hat, gamma, beta):
    """You scale x and add x_hat. It is the branch, x_hat, that gamma scales; the skip x is added as it is."""
    return x_hat + gamma * x + beta


@wrong("F7", step="y", looks_like=r"return|y\s*=")
def the_skip_is_left_out(x, x_hat, gamma, beta):
    """x is not in your y. A residual block adds its branch to what arrived."""
    return gamma * x_hat + beta


@wrong("F7", step="y", looks_like=r"return|y\s*=")
def beta_is_left_out(x, x_hat, gamma, beta):
    """beta is not in your y: add it to the branch, one for each channel."""
    return x + gamma * x_hat


@wrong("F7", step="y", looks_like=r"beta\s*\*")
def gamma_and_beta_swapped_in_the_block(x, x_hat, gamma, beta):
    """gamma and beta have changed places: gamma scales, beta is added."""
    return x + beta * x_hat + gamma


@wrong("F7", step="y", looks_like=r"x\s*\*|\*\s*x\b")
def the_branch_multiplies_the_skip(x, x_hat, gamma, beta):
    """You multiply the skip by the branch. A residual block adds them."""
    return x * (gamma * x_hat + beta)


@wrong("B3", step="dx_hat", looks_like=r"dout")
def dx_hat_without_gamma(x_hat, gamma, dout):
    """Your dx_hat is dout itself. On its way back into the branch the gradient is multiplied by gamma, as x_hat was on
    its way out."""
    return dout.copy()


@wrong("B2", step="dx_hat", looks_like=r"1\s*\+|\+\s*dout|dout\s*\+")
def the_skip_gradient_added_to_the_branch(x_hat, gamma, dout):
    """You add the gradient of the skip. That one goes to x; into the branch goes gamma * dout."""
    return dout + gamma * dout


@wrong("B2", step="dx_hat", looks_like=r"x_hat")
def dx_hat_times_x_hat(x_hat, gamma, dout):
    """You multiply by x_hat. That is how gamma gets its gradient; x_hat gets gamma * dout."""
    return gamma * dout * x_hat


@wrong("B2", step="dx_hat", looks_like=r"/")
def dx_hat_divided_by_gamma(x_hat, gamma, dout):
    """You divide by gamma. The gradient is multiplied by it, so at a gamma of 0 none goes into the branch."""
    with np.errstate(all="ignore"):
        return dout / gamma


@wrong("B2", step="dgamma", looks_like=r"mean\(")
def dgamma_averaged(x, x_hat, gamma, dout):
    """You average dgamma. One gamma serves all images and positions of its channel, so their gradients add up."""
    return (dout * x_hat).mean(axis=(0, 1, 2))


@wrong("B2", step="dgamma", looks_like=r"axis\s*=\s*0")
def dgamma_summed_over_the_batch_alone(x, x_hat, gamma, dout):
    """You sum dgamma over the batch alone. One gamma serves all positions too: sum over the height and the width as
    well."""
    return (dout * x_hat).sum(axis=0)


@wrong("B2", step="dgamma", looks_like=r"sum\(\s*\)|np\.sum\([^,]*\)$")
def one_dgamma_for_all_channels(x, x_hat, gamma, dout):
    """You add up everything. Each channel has a gamma of its own, so its axis, the last one, stays."""
    return np.full(len(gamma), (dout * x_hat).sum())


@wrong("B2", step="dgamma", looks_like=r"sum")
def dgamma_without_x_hat(x, x_hat, gamma, dout):
    """Your dgamma is the sum of dout. That is the gradient of beta; gamma multiplies x_hat, so x_hat is in its
    gradient."""
    return dout.sum(axis=(0, 1, 2))


@wrong("B2", step="dgamma", looks_like=r"\*\s*x\b|\bx\s*\*")
def dgamma_with_the_skip(x, x_hat, gamma, dout):
    """You multiply dout by x, the skip. Gamma multiplies x_hat, so x_hat is in its gradient."""
    return (dout * x).sum(axis=(0, 1, 2))


@wrong("B2", step="dgamma", looks_like=r"gamma")
def dgamma_times_gamma(x, x_hat, gamma, dout):
    """You multiply dgamma by gamma. y is gamma times x_hat, so the slope for gamma is x_hat alone: at a gamma of 0 it
    has a gradient all the same."""
    return gamma * (dout * x_hat).sum(axis=(0, 1, 2))


@residual_block.right
def block_by_channels(x, x_hat, gamma, beta, dout):
    y, dx_hat, dgamma = x.copy(), np.empty_like(x), np.zeros(len(gamma))
    for c in range(len(gamma)):
        y[..., c] += gamma[c] * x_hat[..., c] + beta[c]
        dx_hat[..., c] = dout[..., c] * gamma[c]
        dgamma[c] = np.sum(dout[..., c] * x_hat[..., c])
    return y, dx_hat, dgamma


@residual_block.right
def block_by_einsum(x, x_hat, gamma, beta, dout):
    y = x + np.einsum("nhwc,c->nhwc", x_hat, gamma) + beta
    return y, np.einsum("nhwc,c->nhwc", dout, gamma), np.einsum("nhwc,nhwc->c", dout, x_hat)


@residual_block.right
def block_by_rows(x, x_hat, gamma, beta, dout):
    channels = x.shape[-1]
    branch = x_hat.reshape(-1, channels) * gamma + beta
    dgamma = (dout.reshape(-1, channels) * x_hat.reshape(-1, channels)).sum(0)
    return branch.reshape(x.shape) + x, dout * gamma, dgamma


@residual_block.right
def block_with_kept_axes(x, x_hat, gamma, beta, dout):
    gamma = gamma.reshape(1, 1, 1, -1)
    return [x + (x_hat * gamma + beta), dout * gamma, (x_hat * dout).sum(axis=(0, 1, 2), keepdims=True).reshape(1, -1)]


@residual_block.right
def block_in_float32(x, x_hat, gamma, beta, dout):
    x, x_hat, gamma, beta, dout = (v.astype(np.float32) for v in (x, x_hat, gamma, beta, dout))
    return x + gamma * x_hat + beta, gamma * dout, (dout * x_hat).sum(axis=2).sum(axis=1).sum(axis=0)
