"""The battery: submissions that are hostile, broken, or honest but odd, and what each of them has to earn.

`papers` makes a right submission and says what a case is; `resources` and `processes`, `integrity` and `marks`,
`reaching`, `malformed`, `odd` and `told` hold the cases by their class; `course` grades them behind our walls and
looks at what they left; `plain` grades the same ones with nbgrader as it comes.
"""
