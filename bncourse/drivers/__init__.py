"""Functions that call what a learner wrote, where it is not a function of arrays.

They run beside the learner's code, so they hold no answers.
"""
