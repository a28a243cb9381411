"""What an instructor needs: from the source notebooks to a release, and from submissions to grades.

It knows notebooks and nbgrader, and nothing of batch normalization. The packages are the stations of a submission:
`release`, `lms`, `submission`, `engine` (with `bncourse.sandbox`), `gradebook`, `report`. `nbgrader` is what nbgrader
itself calls, `display` what a person may see of a submission, `course` which assignments there are, and `demo` shows
the whole cycle on a small class.
"""

import sys

# nbformat loads jsonschema, and that a grammar of web addresses: 1.1 of the 1.3 seconds of processor time that
# jsonschema 4.26 takes to import. No notebook's schema needs it. jsonschema has no setting for it, and goes without
# where it cannot be imported: so here it cannot, until jsonschema is loaded.
_GRAMMAR = "rfc3987_syntax"
if _GRAMMAR not in sys.modules:
    sys.modules[_GRAMMAR] = None
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules[_GRAMMAR]
