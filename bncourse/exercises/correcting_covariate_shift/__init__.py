"""Notebook 02: importance weights for a covariate shift, and class weights for a label shift."""

from bncourse.exercises.correcting_covariate_shift.clip_weights import clip_weights
from bncourse.exercises.correcting_covariate_shift.density_ratio import density_ratio
from bncourse.exercises.correcting_covariate_shift.effective_sample_size import effective_sample_size
from bncourse.exercises.correcting_covariate_shift.label_shift_weights import label_shift_weights
from bncourse.exercises.correcting_covariate_shift.weighted_risk import weighted_risk

EXERCISES = (density_ratio, weighted_risk, effective_sample_size, clip_weights, label_shift_weights)
