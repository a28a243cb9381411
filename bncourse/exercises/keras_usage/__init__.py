"""Notebook 07: the notes' model in Keras 3, a layer of one's own, freezing, and PyTorch's conventions."""

from bncourse.exercises.keras_usage import (  # they add to the layer, in this order
    right_layers,  # noqa: F401
    wrong_configs,  # noqa: F401
    wrong_layers,  # noqa: F401
    wrong_moves,  # noqa: F401
    wrong_outputs,  # noqa: F401
)
from bncourse.exercises.keras_usage.build_model import build_model
from bncourse.exercises.keras_usage.freeze_table import freeze_table
from bncourse.exercises.keras_usage.own_batch_normalization import OwnBatchNormalization
from bncourse.exercises.keras_usage.parameter_counts import parameter_counts
from bncourse.exercises.keras_usage.to_pytorch import to_pytorch

EXERCISES = (parameter_counts, build_model, OwnBatchNormalization, freeze_table, to_pytorch)
