"""Notebook 08: scale invariance, how far a gradient can be trusted, and what the data bear."""

from bncourse.exercises.why_it_works.effective_learning_rate import effective_learning_rate
from bncourse.exercises.why_it_works.gradient_predictiveness import gradient_predictiveness
from bncourse.exercises.why_it_works.meeting_step import meeting_step
from bncourse.exercises.why_it_works.rescaled_gradient import rescaled_gradient
from bncourse.exercises.why_it_works.squared_norm_after_step import squared_norm_after_step
from bncourse.exercises.why_it_works.verdict_claims import verdict_claims

EXERCISES = (
    rescaled_gradient,
    squared_norm_after_step,
    effective_learning_rate,
    meeting_step,
    gradient_predictiveness,
    verdict_claims,
)
