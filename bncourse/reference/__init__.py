"""The truth, in plain NumPy: one step of batch norm a function, named as in the notebooks.

Every function here is also an exercise's reference: what a learner's answer is compared with.
"""

from bncourse.reference.batch_norm import (
    batch_mean,
    batch_norm,
    batch_norm_conv,
    batch_variance,
    normalize,
    scale_and_shift,
)
from bncourse.reference.gradients import (
    affine_gradients,
    gradient_check,
    input_gradient,
    input_gradient_staged,
)

__all__ = [
    "affine_gradients",
    "batch_mean",
    "batch_norm",
    "batch_norm_conv",
    "batch_variance",
    "gradient_check",
    "input_gradient",
    "input_gradient_staged",
    "normalize",
    "scale_and_shift",
]
