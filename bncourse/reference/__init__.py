"""The truth, in plain NumPy: one step of batch norm a function, named as in the notebooks.

Nearly every function here is also an exercise's reference: what a learner's answer is compared with.
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
from bncourse.reference.bug_museum import find_bugs, mend_cancellation, mend_channel_axis, mend_detached_gradient
from bncourse.reference.covariate_shift import domain_auc, permutation_p_value
from bncourse.reference.dynamics import (
    effective_learning_rate,
    gradient_predictiveness,
    meeting_step,
    rescaled_gradient,
    squared_norm_after_step,
)
from bncourse.reference.fine_tuning import fine_tune
from bncourse.reference.folding import fold_into_conv, fold_into_dense
from bncourse.reference.fused import batch_norm_fused
from bncourse.reference.gradients import affine_gradients, gradient_check, input_gradient, input_gradient_staged
from bncourse.reference.importance_weights import (
    clip_weights,
    density_ratio,
    effective_sample_size,
    label_shift_weights,
    weighted_risk,
)
from bncourse.reference.inference import batch_norm_inference, batch_norm_layer, moving_average
from bncourse.reference.internal_covariate_shift import drift, input_percentiles
from bncourse.reference.keras_conventions import to_pytorch
from bncourse.reference.keras_objects import OwnBatchNormalization, build_model
from bncourse.reference.moments import adapt_statistics, combine_moments
from bncourse.reference.normalizers import group_norm, instance_norm, layer_norm, normalize_over, rms_norm
from bncourse.reference.residual import fold_before_conv, frozen_batch_norm, residual_block, signal_variance
from bncourse.reference.running_statistics import population_statistics, steps_to_reach
from bncourse.reference.shapes import row
from bncourse.reference.standardization import standardize

__all__ = [
    "OwnBatchNormalization",
    "adapt_statistics",
    "affine_gradients",
    "batch_mean",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_conv",
    "batch_norm_fused",
    "batch_norm_inference",
    "batch_norm_layer",
    "batch_variance",
    "build_model",
    "clip_weights",
    "combine_moments",
    "density_ratio",
    "domain_auc",
    "drift",
    "effective_learning_rate",
    "effective_sample_size",
    "find_bugs",
    "fine_tune",
    "fold_before_conv",
    "fold_into_conv",
    "fold_into_dense",
    "frozen_batch_norm",
    "gradient_check",
    "gradient_predictiveness",
    "group_norm",
    "input_gradient",
    "input_gradient_staged",
    "input_percentiles",
    "instance_norm",
    "label_shift_weights",
    "layer_norm",
    "meeting_step",
    "mend_cancellation",
    "mend_channel_axis",
    "mend_detached_gradient",
    "moving_average",
    "normalize",
    "normalize_over",
    "permutation_p_value",
    "population_statistics",
    "rescaled_gradient",
    "residual_block",
    "rms_norm",
    "row",
    "scale_and_shift",
    "signal_variance",
    "squared_norm_after_step",
    "standardize",
    "steps_to_reach",
    "to_pytorch",
    "weighted_risk",
]
