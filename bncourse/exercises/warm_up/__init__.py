"""Notebook 00: the tools, and how checks answer."""

from bncourse.exercises.warm_up.standardize import standardize

EXERCISES = (standardize,)
