"""Notebook 10: a test that finds the bugs of the museum, and three of the bugs to mend."""

from bncourse.exercises.bug_museum import other_tests  # noqa: F401 - it adds to find_bugs
from bncourse.exercises.bug_museum.find_bugs import find_bugs

EXERCISES = (find_bugs,)
