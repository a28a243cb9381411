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
from bncourse.reference.covariate_shift import domain_auc, permutation_p_value
from bncourse.reference.importance_weights import (
    clip_weights,
    density_ratio,
    effective_sample_size,
    label_shift_weights,
    weighted_risk,
)
from bncourse.reference.inference import batch_norm_inference, moving_average
from bncourse.reference.internal_covariate_shift import drift, input_percentiles
from bncourse.reference.standardization import standardize

__all__ = [
    "batch_mean",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_conv",
    "batch_norm_inference",
    "batch_variance",
    "clip_weights",
    "density_ratio",
    "domain_auc",
    "drift",
    "effective_sample_size",
    "input_percentiles",
    "label_shift_weights",
    "moving_average",
    "normalize",
    "permutation_p_value",
    "scale_and_shift",
    "standardize",
    "weighted_risk",
]
