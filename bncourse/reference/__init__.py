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
from bncourse.reference.bug_museum import find_bugs, mend_cancellation, mend_channel_axis, mend_detached_gradient
from bncourse.reference.keras_conventions import to_pytorch
from bncourse.reference.keras_objects import OwnBatchNormalization, build_model

__all__ = [
    "OwnBatchNormalization",
    "batch_mean",
    "batch_norm",
    "batch_norm_conv",
    "batch_variance",
    "build_model",
    "find_bugs",
    "mend_cancellation",
    "mend_channel_axis",
    "mend_detached_gradient",
    "normalize",
    "scale_and_shift",
    "to_pytorch",
]
