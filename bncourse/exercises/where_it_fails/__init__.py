"""Notebook 09: normalizers that need no batch, batches spread over devices, and new domains."""

from bncourse.exercises.where_it_fails.adapt_statistics import adapt_statistics
from bncourse.exercises.where_it_fails.combine_moments import combine_moments
from bncourse.exercises.where_it_fails.group_norm import group_norm
from bncourse.exercises.where_it_fails.instance_norm import instance_norm
from bncourse.exercises.where_it_fails.layer_norm import layer_norm
from bncourse.exercises.where_it_fails.pick_a_normalizer import pick_a_normalizer
from bncourse.exercises.where_it_fails.rms_norm import rms_norm

EXERCISES = (
    layer_norm,
    instance_norm,
    group_norm,
    rms_norm,
    combine_moments,
    adapt_statistics,
    pick_a_normalizer,
)
