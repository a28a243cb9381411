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
from bncourse.reference.folding import fold_into_conv, fold_into_dense
from bncourse.reference.gradients import (
    affine_gradients,
    gradient_check,
    input_gradient,
    input_gradient_staged,
)
from bncourse.reference.inference import batch_norm_inference, batch_norm_layer, moving_average
from bncourse.reference.running_statistics import population_statistics, steps_to_reach

__all__ = [
    "affine_gradients",
    "batch_mean",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_conv",
    "batch_norm_inference",
    "batch_norm_layer",
    "batch_variance",
    "fold_into_conv",
    "fold_into_dense",
    "gradient_check",
    "input_gradient",
    "input_gradient_staged",
    "moving_average",
    "normalize",
    "population_statistics",
    "scale_and_shift",
    "steps_to_reach",
]
