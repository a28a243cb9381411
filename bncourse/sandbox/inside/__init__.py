"""The room in which a submission runs while it is graded: the side of the wall on which nothing is trusted.

`frames` is how both sides talk, `walls` is what shuts the room, `warm` is the process that has imported the
libraries and forks once for each submission, `shell` is the IPython that runs its cells, and `cells` runs them and
calls the answers. Only this part of the package, and the few that answers need, can be seen from inside.
"""
