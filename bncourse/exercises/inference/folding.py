"""What folding into a dense layer and into a convolution share: cases, steps, and what must hold of the result."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case
from bncourse.checking.digits import differing
from bncourse.exercises.batches import affine, statistics


def fold_cases(rng, shapes):
    """Draw a layer and the batch norm behind it, for each ``(label, shape of the kernel)``."""
    for label, shape in shapes:
        units = shape[-1]
        kernel, bias = rng.standard_normal(shape), 2 * rng.standard_normal(units)
        gamma, beta = affine(rng, units)
        mean, var = statistics(rng, units)
        if "tiny" in label:
            yield Case(label, (kernel, bias, gamma, beta, mean, 1e-4 * var))
        else:
            yield Case(label, (kernel, bias, gamma, beta, mean, var), {"eps": 0.1})


def compose_fold(steps):
    """Return the folding with these steps; it is the same for a dense layer and a convolution."""

    def fold(kernel, bias, gamma, beta, mean, var, eps=1e-3):
        scale = steps.scale(gamma, var, eps)
        return steps.new_kernel(kernel, scale, mean, beta), steps.new_bias(bias, scale, mean, beta)

    return fold


FOLD_STEPS = {
    "scale": lambda gamma, var, eps: gamma / np.sqrt(var + eps),
    "new_kernel": lambda kernel, scale, mean, beta: kernel * scale,
    "new_bias": lambda bias, scale, mean, beta: (bias - mean) * scale + beta,
}


def outputs_agree(weighted_sum):
    """Return the property that layer, then batch norm, equals the folded layer, on a random input.

    ``weighted_sum(rng, shape)`` gives a function from a kernel to weighted sums.
    """

    def holds(case, got):
        kernel, bias, gamma, beta, mean, var = case.arguments
        if not (isinstance(got, tuple | list) and len(got) == 2):
            return None
        if np.shape(got[0]) != kernel.shape or np.shape(got[1]) not in (bias.shape, (1, *bias.shape)):
            return None
        through = weighted_sum(np.random.default_rng(3), kernel.shape)
        eps = case.options.get("eps", 1e-3)
        wanted = reference.batch_norm_inference(through(kernel) + bias, gamma, beta, mean, var, eps)
        folded = through(got[0]) + got[1]
        if np.allclose(wanted, folded, rtol=1e-4, atol=1e-4 * np.abs(wanted).max()):
            return None
        return differing(wanted, folded)

    return holds
