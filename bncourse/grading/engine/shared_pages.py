"""Imported last by the process that workers are forked from: what it has imported stays shared with them.

Python's collector would write to each object when it runs in a worker, and the worker would get its own copy.
"""

import gc

from bncourse.sandbox.inside.read_pages import give_back

gc.collect()
gc.freeze()
give_back()
