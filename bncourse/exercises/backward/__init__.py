"""Notebook 05: the backward pass, one gradient a function, and a check of gradients that is hard to fool."""

from bncourse.exercises.backward import (  # noqa: F401 (they declare)
    gradient_check_right,
    input_gradient_staged_steps,
    input_gradient_steps,
)
from bncourse.exercises.backward.affine_gradients import affine_gradients
from bncourse.exercises.backward.gradient_check import gradient_check
from bncourse.exercises.backward.input_gradient import input_gradient
from bncourse.exercises.backward.input_gradient_staged import input_gradient_staged

EXERCISES = (affine_gradients, input_gradient_staged, input_gradient, gradient_check)
