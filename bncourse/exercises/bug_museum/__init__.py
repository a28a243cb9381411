"""Notebook 10: a test that finds the bugs of the museum, and three of the bugs to fix."""

from bncourse.exercises.bug_museum import other_tests  # noqa: F401 - it adds to find_bugs
from bncourse.exercises.bug_museum.find_bugs import find_bugs
from bncourse.exercises.bug_museum.mend_cancellation import mend_cancellation
from bncourse.exercises.bug_museum.mend_channel_axis import mend_channel_axis
from bncourse.exercises.bug_museum.mend_detached_gradient import mend_detached_gradient

EXERCISES = (find_bugs, mend_cancellation, mend_detached_gradient, mend_channel_axis)
