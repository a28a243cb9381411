"""Notebook 03: record how the input of a hidden unit moves in training, and sum it up in one number."""

from bncourse.exercises.internal_covariate_shift import drift_right  # noqa: F401 (it declares)
from bncourse.exercises.internal_covariate_shift.drift import drift
from bncourse.exercises.internal_covariate_shift.input_percentiles import input_percentiles

EXERCISES = (input_percentiles, drift)
