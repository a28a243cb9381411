"""What JAX compiles keeps the MLIR context that it was written in: 1.4 MB and 3 ms each, so here there is one for all.

JAX makes a context anew for each function that it lowers, with all its dialects loaded, and keeps it as long as what
was compiled. A Keras notebook has a hundred of them, in the judge and in each session. A context holds what kinds of
operations there are, and nothing of a function; so what is compiled is the same.
"""

import threading


def share_context():
    """Have JAX, which is imported, lower all that a thread compiles in one context; other versions may not have it.

    That of the thread which calls is made at once, which starts no thread: what this process forks has it too.
    """
    try:
        from jax._src.interpreters import mlir

        make = mlir.make_ir_context
    except (ImportError, AttributeError):
        return
    if getattr(make, "shares", False):
        return
    held = threading.local()  # who loads a dialect into a context must be alone with it

    def make_ir_context():
        if not hasattr(held, "context"):
            held.context = make()
        return held.context

    make_ir_context.shares = True
    mlir.make_ir_context = make_ir_context
    make_ir_context()
