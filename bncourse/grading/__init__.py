"""What an instructor needs: from the source notebooks to a release, and from submissions to grades.

It knows notebooks and nbgrader, and nothing of batch normalization. Read it in this order: `assignments` (what
the course has), `source` (a source notebook, cell by cell), `soundness` (what a source must hold to be
released), `converters` (nbgrader's steps, called in this process), `release`. How a submission comes in:
`plain_files`, `reading` (bytes to cells), `stage` (the release with its answers), `arrivals` (a folder), `intake`
(where things go), `reports`, nbgrader's `doors`, and `integrity` (what an instructor may want to look at). Then
`texts` (what a person may see of it, made harmless), `feedback` (what stands on a feedback page), and `classroom`
and `demo`, which show the whole cycle on a small class.
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
