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
from bncourse.reference.inference import batch_norm_inference, moving_average

__all__ = [
    "batch_mean",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_conv",
    "batch_norm_inference",
    "batch_variance",
    "moving_average",
    "normalize",
    "scale_and_shift",
]
