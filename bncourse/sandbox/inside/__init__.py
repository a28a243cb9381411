"""What runs behind the walls while a submission is graded: the side on which nothing is trusted.

`main` is the process that has imported the libraries and forks once for each submission, `hardening` and `seccomp`
are the walls that it puts up itself, `shell` is the IPython that runs the cells, and `cells` runs them and calls the
answers. Both sides talk by `bncourse.sandbox.protocol`. Only this package, and the few modules that answers need, can
be seen from inside.
"""
