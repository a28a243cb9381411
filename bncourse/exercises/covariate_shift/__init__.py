"""Notebook 01: what covariate shift is, and how it is detected."""

from bncourse.exercises.covariate_shift.domain_auc import domain_auc
from bncourse.exercises.covariate_shift.kinds_of_shift import kinds_of_shift
from bncourse.exercises.covariate_shift.permutation_p_value import permutation_p_value

EXERCISES = (kinds_of_shift, domain_auc, permutation_p_value)
