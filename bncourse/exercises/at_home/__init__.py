"""Notebook 11: residual blocks, their last gamma, folding at a border, frozen statistics, fine-tuning."""

from bncourse.exercises.at_home import wrong_tunings  # noqa: F401 - they add to fine_tune
from bncourse.exercises.at_home.fine_tune import fine_tune
from bncourse.exercises.at_home.fold_before_conv import fold_before_conv
from bncourse.exercises.at_home.frozen_batch_norm import frozen_batch_norm
from bncourse.exercises.at_home.may_fold import may_fold
from bncourse.exercises.at_home.residual_block import residual_block
from bncourse.exercises.at_home.signal_variance import signal_variance

EXERCISES = (signal_variance, residual_block, fold_before_conv, may_fold, frozen_batch_norm, fine_tune)
