"""Imported last by the process that workers are forked from: what it has imported stays shared with them.

Python's collector would write to each object when it runs in a worker, and the worker would get its own copy.
"""

import gc

gc.collect()
gc.freeze()
