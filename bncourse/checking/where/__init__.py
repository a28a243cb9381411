"""Where an answer goes wrong: the place is shown only where it was shown to be the one.

`one_change` tries small edits of the text (`bncourse.checking.rewriting`), `substitution` puts the values
of right answers (`steps`) in the place of values on the way, `defaults` looks at the first line, and `recognition` says
how far an answer is right.
"""
