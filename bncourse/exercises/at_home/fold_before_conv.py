"""Exercise fold_before_conv. Batch norm before a padded convolution: the kernel, the bias, and the border."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, statistics


def _draw(rng, shape):
    inputs, outputs = shape[2:]
    mean, var = statistics(rng, inputs)
    return rng.standard_normal(shape), 2 * rng.standard_normal(outputs), *affine(rng, inputs), mean, var


def _cases(rng):
    for label, shape in (
        ("3 x 3 taps, 2 channels in, 4 out, eps 0.1", (3, 3, 2, 4)),
        ("3 x 2 taps, 4 channels in, 3 out, eps 0.1", (3, 2, 4, 3)),
        ("3 x 3 taps, 3 channels in, 3 out, eps 0.1", (3, 3, 3, 3)),
        ("1 x 1 tap, 3 channels in, 2 out, eps 0.1", (1, 1, 3, 2)),
    ):
        yield Case(label, _draw(rng, shape), {"eps": 0.1})
    *rest, var = _draw(rng, (3, 3, 3, 2))
    yield Case("a tiny running variance, the default eps", (*rest, 1e-4 * var))


def _compose(steps):
    def fold_before_conv(kernel, bias, gamma, beta, mean, var, eps=1e-3):
        scale = steps.scale(gamma, var, eps)
        shift = steps.shift(beta, mean, scale)
        return steps.kernel(kernel, scale), steps.bias(kernel, bias, scale, shift), steps.border(scale, shift)

    return fold_before_conv


fold_before_conv = Exercise(
    notebook="11-at-home",
    reference=reference.fold_before_conv,
    asks="give the kernel and the bias of one convolution that does what a batch norm, with running statistics, and "
    "the convolution behind it do, and the number with which each channel that goes in is padded in place of 0",
    cases=_cases,
    points=3,
    section="Folding at a border",
    returns=("kernel", "bias", "border"),
    compose=_compose,
    steps={
        "scale": lambda gamma, var, eps: gamma / np.sqrt(var + eps),
        "shift": lambda beta, mean, scale: beta - mean * scale,
        "kernel": lambda kernel, scale: kernel * scale[:, None],
        "bias": lambda kernel, bias, scale, shift: bias + (kernel * shift[:, None]).sum(axis=(0, 1, 2)),
        "border": lambda scale, shift: -shift / scale,
    },
    single=2e-6,
    example=by_hand([[[[1]], [[1]]]], [1], [3], [6], [0], [1], eps=0.0),
    hints=(
        "Write batch norm after training as scale * x + shift first, with one scale and one shift for each channel in.",
        "A tap that sees x now saw scale * x + shift before. The scale can go into the kernel, on the axis of the "
        "channels in; the shift gives a constant, the same for every position.",
        "What each tap makes of the shift adds up over the height, the width and the channels in: one number for each "
        "channel out. And the border is the x for which scale * x + shift is 0.",
    ),
)
wrong = fold_before_conv.wrong


@wrong("F1", step="scale", looks_like=r"/")
def the_scale_divides_by_the_variance(gamma, var, eps):
    """You divide gamma by the variance. Batch norm divides by its square root."""
    return gamma / (var + eps)


@wrong("F6", step="scale", looks_like=r"sqrt")
def epsilon_outside_the_root_of_the_scale(gamma, var, eps):
    """You add epsilon outside the root. It belongs to the variance, inside the root."""
    return gamma / (np.sqrt(var) + eps)


@wrong("F7", step="scale", looks_like=r"sqrt")
def the_scale_without_gamma(gamma, var, eps):
    """Gamma is not in your scale: it is gamma / sqrt(var + eps)."""
    return 1 / np.sqrt(var + eps)


@wrong("F7", step="shift", looks_like=r"mean")
def the_mean_is_not_scaled(beta, mean, scale):
    """You subtract the mean as it is. Batch norm subtracts it before it scales, so the shift is beta - mean * scale."""
    return beta - mean


@wrong("F7", step="shift", looks_like=r"mean|beta")
def the_mean_is_forgotten(beta, mean, scale):
    """Your shift is beta alone. Batch norm subtracts the mean before it scales: the shift is beta - mean * scale."""
    return beta


@wrong("F7", step="shift", looks_like=r"mean")
def beta_is_forgotten(beta, mean, scale):
    """beta is not in your shift: it is beta - mean * scale."""
    return -mean * scale


@wrong("F7", step="shift", looks_like=r"\+")
def the_mean_is_added(beta, mean, scale):
    """You add the mean. Batch norm subtracts it."""
    return beta + mean * scale


@wrong("F4", step="kernel", looks_like=r"\*\s*scale\b(?!\[)")
def the_kernel_scaled_along_the_channels_out(kernel, scale):
    """You scale the channels out, as for a batch norm *behind* the convolution. This one comes before it, so its
    factors belong to the channels in, the third axis."""
    if kernel.shape[2] != kernel.shape[3]:
        raise ValueError("operands could not be broadcast together")
    return kernel * scale


@wrong("F4", step="kernel", looks_like=r"return|kernel")
def the_kernel_is_not_scaled(kernel, scale):
    """Your kernel is as it was. A tap saw scale * x + shift and sees x now, so it needs the scale."""
    return kernel.copy()


@wrong("F4", step="kernel", looks_like=r"/")
def the_kernel_divided_by_the_scale(kernel, scale):
    """You divide the kernel by the scale. A tap saw scale * x and sees x now, so multiply."""
    return kernel / scale[:, None]


@wrong("F4", step="bias", looks_like=r"return|bias")
def the_bias_is_left_alone(kernel, bias, scale, shift):
    """Your bias is as it was. What the kernel makes of the shift is a constant, and goes into the bias."""
    return bias.copy()


@wrong("F4", step="bias", looks_like=r"kernel")
def the_scaled_kernel_in_the_bias(kernel, bias, scale, shift):
    """You multiply the shift by the kernel that is scaled already. The shift stands behind the scale, so it meets the
    kernel as it was."""
    return bias + (kernel * (scale * shift)[:, None]).sum(axis=(0, 1, 2))


@wrong("F4", step="bias", looks_like=r"mean\(")
def the_shift_averaged_over_the_taps(kernel, bias, scale, shift):
    """You average over the taps. A convolution adds its taps up."""
    return bias + (kernel * shift[:, None]).sum(axis=2).mean(axis=(0, 1))


@wrong("F4", step="bias", looks_like=r"axis\s*=\s*2|sum\(2\)|\[1,\s*1\]|//\s*2")
def the_middle_tap_alone(kernel, bias, scale, shift):
    """You take the shift of the middle tap alone. Every tap sees the shift: sum over the height and the width too."""
    height, width = kernel.shape[:2]
    return bias + shift @ kernel[height // 2, width // 2]


@wrong("F4", step="bias", looks_like=r"sum\(|@|einsum|dot")
def the_old_bias_is_lost(kernel, bias, scale, shift):
    """The convolution's own bias is gone. Add the new constant to it."""
    return (kernel * shift[:, None]).sum(axis=(0, 1, 2))


@wrong("F8", step="border", looks_like=r"zeros|0\s*\*")
def a_border_of_0(scale, shift):
    """You pad with 0. The zeros of the padding stood behind batch norm; before it they would become the shift. Pad with
    the number that batch norm makes 0."""
    return np.zeros(len(scale))


@wrong("F8", step="border", looks_like=r"shift")
def the_shift_as_border(scale, shift):
    """You pad with the shift: that is what batch norm makes of 0. Here it is the other way round: pad with the x of
    which it makes 0."""
    return shift.copy()


@wrong("F8", step="border", looks_like=r"shift\s*/")
def a_border_with_the_wrong_sign(scale, shift):
    """The sign of your border is wrong: scale * x + shift is 0 for x = -shift / scale."""
    return shift / scale


@wrong("F8", step="border", looks_like=r"-\s*shift\b(?!\s*/)")
def a_border_that_is_not_divided(scale, shift):
    """You pad with minus the shift. Batch norm multiplies x by the scale first, so divide by it."""
    return -shift


@wrong("F8", looks_like=r"mean")
def the_mean_as_border(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    """You pad with the mean. Batch norm makes beta of the mean, not 0."""
    kernel, bias, _ = reference.fold_before_conv(kernel, bias, gamma, beta, mean, var, eps)
    return kernel, bias, mean.copy()


@fold_before_conv.property("scale * border + shift should be 0")
def _becomes_zero(case, got):
    _, _, gamma, beta, mean, var = case.arguments
    eps = case.options.get("eps", 1e-3)
    border = np.asarray(got[2], dtype=float)
    if border.shape != gamma.shape:
        return None
    made = gamma * (border - mean) / np.sqrt(var + eps) + beta
    size = np.abs(gamma * (np.abs(border) + np.abs(mean)) / np.sqrt(var + eps)) + np.abs(beta)
    bad = np.flatnonzero(np.abs(made) > 1e-5 * size)
    return (f"channel {bad[0]}: 0", f"{made[bad[0]]:.4g}") if len(bad) else None


@fold_before_conv.right
def folded_with_loops(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    new, constant, border = kernel.copy(), bias.copy(), np.zeros(len(gamma))
    for i in range(len(gamma)):
        root = (var[i] + eps) ** 0.5
        new[:, :, i] *= gamma[i] / root
        for o in range(len(bias)):
            constant[o] += kernel[:, :, i, o].sum() * (beta[i] - mean[i] * gamma[i] / root)
        border[i] = mean[i] - beta[i] * root / gamma[i]
    return new, constant, border


@fold_before_conv.right
def folded_by_einsum(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = gamma / np.sqrt(var + eps)
    shift = beta - scale * mean
    return np.einsum("hwio,i->hwio", kernel, scale), bias + np.einsum("hwio,i->o", kernel, shift), -shift / scale


@fold_before_conv.right
def folded_as_a_dense_layer(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = gamma * (var + eps) ** -0.5
    shift = beta - scale * mean
    return np.diag(scale) @ kernel, shift @ kernel.sum(axis=(0, 1)) + bias, mean - beta / scale


@fold_before_conv.right
def folded_with_kept_axes(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = (gamma / np.sqrt(var + eps)).reshape(1, 1, -1, 1)
    shift = beta.reshape(1, 1, -1, 1) - mean.reshape(1, 1, -1, 1) * scale
    return [kernel * scale, bias + np.sum(kernel * shift, axis=(0, 1, 2)), (-shift / scale)[0, 0, :, 0]]


@fold_before_conv.right
def folded_by_trying(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    root = np.sqrt(var + eps)
    of_zero = gamma * (0 - mean) / root + beta
    constant = np.tensordot(kernel.sum(axis=(0, 1)).T, of_zero, axes=1)
    return kernel * (gamma / root)[None, None, :, None], bias + constant, mean - root * beta / gamma


@fold_before_conv.right
def folded_in_float32(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    kernel, bias, gamma, beta, mean, var = (v.astype(np.float32) for v in (kernel, bias, gamma, beta, mean, var))
    return reference.fold_before_conv(kernel, bias, gamma, beta, mean, var, np.float32(eps))
