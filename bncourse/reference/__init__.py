"""The truth, in plain NumPy: one step of batch norm a function, named as in the notebooks.

Every function here is also an exercise's reference: what a learner's answer is compared with.
"""

from bncourse.reference.backward import batch_norm_backward
from bncourse.reference.batch_norm import (
    batch_mean,
    batch_norm,
    batch_norm_conv,
    batch_variance,
    normalize,
    scale_and_shift,
)
from bncourse.reference.dynamics import (
    effective_learning_rate,
    gradient_predictiveness,
    rescaled_gradient,
    squared_norm_after_step,
)
from bncourse.reference.inference import batch_norm_inference, moving_average
from bncourse.reference.moments import adapt_statistics, combine_moments
from bncourse.reference.normalizers import group_norm, instance_norm, layer_norm, normalize_over, rms_norm

__all__ = [
    "adapt_statistics",
    "batch_mean",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_conv",
    "batch_norm_inference",
    "batch_variance",
    "combine_moments",
    "effective_learning_rate",
    "gradient_predictiveness",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "moving_average",
    "normalize",
    "normalize_over",
    "rescaled_gradient",
    "rms_norm",
    "scale_and_shift",
    "squared_norm_after_step",
]
