"""Notebook 04: the steps of batch norm, one small function each."""

from bncourse.exercises.normalize_scale_shift.batch_mean import batch_mean
from bncourse.exercises.normalize_scale_shift.batch_norm import batch_norm
from bncourse.exercises.normalize_scale_shift.batch_norm_conv import batch_norm_conv
from bncourse.exercises.normalize_scale_shift.batch_variance import batch_variance
from bncourse.exercises.normalize_scale_shift.normalize import normalize
from bncourse.exercises.normalize_scale_shift.scale_and_shift import scale_and_shift

EXERCISES = (batch_mean, batch_variance, normalize, scale_and_shift, batch_norm, batch_norm_conv)
