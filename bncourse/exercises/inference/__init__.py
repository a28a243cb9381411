"""Notebook 06: running statistics, batch norm after training, and folding it away."""

from bncourse.exercises.inference import (  # noqa: F401 (they declare wrong ideas)
    batch_norm_layer_steps,
    population_statistics_variance,
)
from bncourse.exercises.inference.batch_norm_inference import batch_norm_inference
from bncourse.exercises.inference.batch_norm_layer import batch_norm_layer
from bncourse.exercises.inference.fold_into_conv import fold_into_conv
from bncourse.exercises.inference.fold_into_dense import fold_into_dense
from bncourse.exercises.inference.moving_average import moving_average
from bncourse.exercises.inference.population_statistics import population_statistics
from bncourse.exercises.inference.steps_to_reach import steps_to_reach

EXERCISES = (
    moving_average,
    steps_to_reach,
    batch_norm_inference,
    batch_norm_layer,
    population_statistics,
    fold_into_dense,
    fold_into_conv,
)
