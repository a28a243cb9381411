"""Exercise fold_into_dense. Batch norm after training disappears into the dense layer before it."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand
from bncourse.exercises.inference.folding import FOLD_STEPS, compose_fold, fold_cases, outputs_agree


def _dense_cases(rng):
    shapes = [
        ("4 inputs and 3 units, eps 0.1", (4, 3)),
        ("3 inputs and 3 units, eps 0.1", (3, 3)),
        ("1 input and 4 units, eps 0.1", (1, 4)),
        ("a tiny running variance, the default eps", (2, 3)),
    ]
    yield from fold_cases(rng, shapes)
    [case] = fold_cases(rng, [("a bias of zeros, eps 0.1", (3, 2))])
    kernel, _, *others = case.arguments
    yield Case(case.label, (kernel, np.zeros(2), *others), case.options)


fold_into_dense = Exercise(
    notebook="06-inference",
    reference=reference.fold_into_dense,
    asks="give the kernel, of the shape (inputs, units), and the bias of one dense layer that does what the dense "
    "layer and the batch norm behind it do after training",
    cases=_dense_cases,
    points=2,
    section="Folding batch norm away",
    returns=("kernel", "bias"),
    compose=compose_fold,
    steps=FOLD_STEPS,
    example=by_hand([[4]], [3], [2], [5], [1], [4], eps=0.0),
    hints=(
        "Write the two layers as one formula: x @ kernel + bias goes in where batch norm has its x. Which factor "
        "is in front of x now, and what is left?",
        "Batch norm multiplies each unit by one number: gamma over the root of (var + eps). That number goes into the "
        "column of the kernel that makes this unit.",
        "The new bias is what comes out when x is 0: the old bias goes through the batch norm like any weighted sum.",
    ),
)


def _dense_sum(rng, shape):
    x = rng.standard_normal((6, shape[0]))
    return lambda kernel: x @ kernel


fold_into_dense.property("dense, then batch norm, should give what the folded layer gives, for a random x")(
    outputs_agree(_dense_sum)
)


@fold_into_dense.wrong("F1", step="scale", looks_like=r"/")
def divided_by_the_variance_when_folding(gamma, var, eps):
    """You divide by the variance (plus epsilon). Batch norm divides by its square root."""
    return gamma / (var + eps)


@fold_into_dense.wrong("F6", step="scale", looks_like=r"sqrt|\*\*")
def epsilon_left_out_when_folding(gamma, var, eps):
    """Epsilon is left out. The batch norm that you fold has it inside its root: the root of (var + eps)."""
    return gamma / np.sqrt(var)


@fold_into_dense.wrong("F6", step="scale", looks_like=r"sqrt\([^)]*\)\s*\+")
def epsilon_outside_the_root_when_folding(gamma, var, eps):
    """You add epsilon outside the root. It belongs to the variance, inside: the root of (var + eps)."""
    return gamma / (np.sqrt(var) + eps)


@fold_into_dense.wrong("F6", step="scale", looks_like=r"1e-\d|0\.0+1", name="a fixed epsilon of 1e-3 when folding")
def a_fixed_epsilon_when_folding(gamma, var, eps):
    """An epsilon of 1e-3 is used, whatever `eps` was passed: it is written into the code, or `eps` is not handed on to
    the function that needs it."""
    return gamma / np.sqrt(var + 1e-3)


@fold_into_dense.wrong("F6", step="scale", looks_like=r"1e-\d|0\.0+1", name="a fixed epsilon of 1e-5 when folding")
def a_fixed_epsilon_as_in_pytorch_when_folding(gamma, var, eps):
    """A fixed epsilon of 1e-5 is used, PyTorch's default, and not the `eps` that was passed."""
    return gamma / np.sqrt(var + 1e-5)


@fold_into_dense.wrong("F7", step="scale", looks_like=r"sqrt")
def gamma_left_out_when_folding(gamma, var, eps):
    """gamma is left out. The factor of each unit is gamma over the root of (var + eps)."""
    return 1 / np.sqrt(var + eps)


@fold_into_dense.wrong("F7", step="scale", looks_like=r"/\s*\(?\s*gamma|sqrt")
def divided_by_gamma_when_folding(gamma, var, eps):
    """You divide by gamma. Batch norm multiplies by it: the factor is gamma over the root of (var + eps)."""
    return 1 / (gamma * np.sqrt(var + eps))


@fold_into_dense.wrong("F1", step="scale", looks_like=r"\*\s*np\.sqrt|\*")
def multiplied_by_the_root_when_folding(gamma, var, eps):
    """You multiply by the root of (var + eps). Batch norm divides by it."""
    return gamma * np.sqrt(var + eps)


@fold_into_dense.wrong("F3", step="new_kernel", looks_like=r"None|newaxis|reshape|\.T")
def kernel_scaled_along_the_inputs(kernel, scale, mean, beta):
    """You scale the rows of the kernel, one for each input. Batch norm has one factor for each unit: scale the
    columns, the last axis."""
    return kernel * scale[:, None]


@fold_into_dense.wrong("R3", step="new_kernel", looks_like=r"kernel")
def kernel_not_scaled(kernel, scale, mean, beta):
    """The kernel comes back as it was. Batch norm multiplies the weighted sums, so the kernel is multiplied too."""
    return kernel.copy()


@fold_into_dense.wrong("R3", step="new_kernel", looks_like=r"kernel\s*-")
def mean_taken_off_the_kernel(kernel, scale, mean, beta):
    """You take the mean off the kernel. The mean does not depend on x, so it goes into the bias alone."""
    return (kernel - mean) * scale


@fold_into_dense.wrong("R3", step="new_kernel", looks_like=r"\+\s*beta")
def beta_added_to_the_kernel(kernel, scale, mean, beta):
    """You add beta to the kernel. beta does not depend on x, so it goes into the bias alone."""
    return kernel * scale + beta


@fold_into_dense.wrong("R3", step="new_kernel", looks_like=r"kernel\s*/")
def kernel_divided_by_the_scale(kernel, scale, mean, beta):
    """You divide the kernel by the factor of the batch norm. The weighted sums are multiplied by it, and so is the
    kernel."""
    return kernel / scale


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"bias\s*-|bias\s*\+")
def bias_not_scaled(bias, scale, mean, beta):
    """The old bias is not scaled. It is part of the weighted sum, so batch norm multiplies it like the rest: (bias -
    mean), in brackets, times the scale."""
    return bias - mean * scale + beta


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"bias")
def mean_not_scaled(bias, scale, mean, beta):
    """The mean is not scaled. Batch norm takes the mean off first and multiplies then: (bias - mean), in brackets,
    times the scale."""
    return bias * scale - mean + beta


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"bias")
def bias_and_mean_not_scaled(bias, scale, mean, beta):
    """Neither the bias nor the mean is scaled. Batch norm multiplies the difference (bias - mean) by the scale."""
    return bias - mean + beta


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"bias\s*\*|scale\s*\*\s*bias")
def mean_not_taken_off_the_bias(bias, scale, mean, beta):
    """The mean is left out of the bias. Batch norm takes it off before it multiplies: (bias - mean) times the
    scale."""
    return bias * scale + beta


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"\+\s*mean")
def mean_added_to_the_bias(bias, scale, mean, beta):
    """You add the mean to the bias. Batch norm takes it off: (bias - mean) times the scale."""
    return (bias + mean) * scale + beta


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"\+\s*beta\s*\)")
def beta_scaled(bias, scale, mean, beta):
    """You scale beta with the rest. Batch norm adds beta after it has multiplied."""
    return (bias - mean + beta) * scale


@fold_into_dense.wrong("F7", step="new_bias", looks_like=r"bias\s*-")
def beta_left_out_when_folding(bias, scale, mean, beta):
    """beta is left out of the bias. Batch norm adds it at the end."""
    return (bias - mean) * scale


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"beta\s*-")
def the_old_bias_left_out(bias, scale, mean, beta):
    """The old bias is left out. It goes through the batch norm with the weighted sum: (bias - mean) times the scale.
    It may be dropped in training, where the batch mean removes it; after training the running mean holds it."""
    return beta - mean * scale


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"zeros|0\s*\*|\*\s*0")
def a_bias_of_0(bias, scale, mean, beta):
    """Your new bias is 0. It is (bias - mean) times the scale, plus beta: what comes out where x is 0."""
    return np.zeros_like(bias)


@fold_into_dense.wrong("R3", step="new_bias", looks_like=r"bias")
def the_old_bias_kept(bias, scale, mean, beta):
    """The bias comes back as it was. It takes in the mean, the scale and beta of the batch norm."""
    return bias.copy()


@fold_into_dense.wrong("R3", looks_like=r"return")
def bias_before_kernel(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    """The bias comes back before the kernel. The order is kernel, bias."""
    scale = gamma / np.sqrt(var + eps)
    return (bias - mean) * scale + beta, kernel * scale


@fold_into_dense.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def kernel_overwritten(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    """You change the kernel in place. The caller's layer must stay as it was: kernel * scale makes a new array."""
    scale = gamma / np.sqrt(var + eps)
    kernel *= scale
    return kernel, (bias - mean) * scale + beta


@fold_into_dense.right
def folded_with_loops(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    new_kernel, new_bias = np.zeros(kernel.shape), np.zeros(bias.shape)
    for unit in range(kernel.shape[1]):
        scale = gamma[unit] / (var[unit] + eps) ** 0.5
        for row in range(kernel.shape[0]):
            new_kernel[row, unit] = kernel[row, unit] * scale
        new_bias[unit] = (bias[unit] - mean[unit]) * scale + beta[unit]
    return new_kernel, new_bias


@fold_into_dense.right
def folded_by_a_diagonal_matrix(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = np.diag(gamma * (var + eps) ** -0.5)
    return kernel @ scale, (bias - mean) @ scale + beta


@fold_into_dense.right
def folded_by_looking_at_the_outputs(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    def both(x):
        return gamma * (x @ kernel + bias - mean) / np.sqrt(var + eps) + beta

    at_zero = both(np.zeros((1, len(kernel))))
    return both(np.eye(len(kernel))) - at_zero, at_zero


@fold_into_dense.right
def folded_through_the_transpose(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = gamma / np.sqrt(var + eps)
    return [(kernel.T * scale[:, None]).T, beta + bias * scale - mean * scale]


@fold_into_dense.right
def folded_by_einsum(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = gamma / np.sqrt(var + eps)
    return np.einsum("iu,u->iu", kernel, scale), np.einsum("u,u->u", bias - mean, scale) + beta


@fold_into_dense.right
def folded_in_float32(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    kernel, bias, gamma, beta, mean, var = (v.astype(np.float32) for v in (kernel, bias, gamma, beta, mean, var))
    scale = gamma / np.sqrt(var + np.float32(eps))
    return kernel * scale, (bias - mean) * scale + beta
