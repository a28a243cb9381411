"""What an instructor needs: from the source notebooks to a release, and from submissions to grades.

It knows notebooks and nbgrader, and nothing of batch normalization. The packages are the stations of a submission:
`release`, `lms`, `submission`, `engine` (with `bncourse.sandbox`), `gradebook`, `report`. `nbgrader` is what nbgrader
itself calls, `display` what a person may see of a submission, `course` which assignments there are, and `demo` shows
the whole cycle on a small class.
"""

import sys

# nbformat loads jsonschema, and that a grammar of web addresses, which takes three times as long as all of
# nbgrader. No notebook's schema needs it; jsonschema goes without where it is missing, so here it is missing.
_GRAMMAR = "rfc3987_syntax"
if _GRAMMAR not in sys.modules:
    sys.modules[_GRAMMAR] = None
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules[_GRAMMAR]
