"""A progress bar for cells that take more than a moment: what is being done, and for how long still."""

import time
from contextlib import contextmanager

from bncourse.templates import inline


def bar(items, words="Working"):
    """Give items one by one, and show in the notebook how many are done and how long the rest takes.

    Parameters
    ----------
    items : iterable
        What there is to do.
    words : str
        What is being done, such as "Training ten networks".

    Yields
    ------
    object
        Each item, in order.
    """
    from IPython.display import display  # here, so that a measurement outside a notebook does without

    items = list(items)
    began, shown = time.monotonic(), None

    def show(done):
        nonlocal shown
        state = _State(words, done, len(items), time.monotonic() - began)
        if shown is None:  # and in a script, where display gives no handle and prints each line
            shown = display(state, display_id=True)
        else:
            shown.update(state)

    for done, item in enumerate(items):
        show(done)
        yield item
    show(len(items))


def named(words):
    """Return `bar` with its words, for what takes a function that shows progress.

    Parameters
    ----------
    words : str

    Returns
    -------
    callable
        ``named(words)(items)`` gives the items, one by one.
    """
    return lambda items: bar(items, words)


@contextmanager
def said(words, seconds):
    """Say what is being done in this block, where it has no steps to count, and about how long it takes.

    Parameters
    ----------
    words : str
    seconds : int
        On two quiet cores.
    """
    from IPython.display import display

    began = time.monotonic()
    shown = display(_Words(f"{words}: about {seconds} s", running=True), display_id=True)
    yield
    done = _Words(f"{words}: in {time.monotonic() - began:.0f} s")
    if shown is None:
        display(done)
    else:
        shown.update(done)


@contextmanager
def in_place(words, slow=True):
    """Say what is being done in this block until something is shown in its place.

    Parameters
    ----------
    words : str
    slow : bool, default True
        Whether it takes more than a moment.

    Yields
    ------
    callable or None
        ``place(thing)`` shows something there instead; None where it is not slow, and nothing was said.
    """
    shown = None
    if slow:
        from IPython.display import display

        shown = display(_Words(f"{words} ...", running=True), display_id=True)
    try:
        yield shown and shown.update
    except BaseException:  # Ctrl-C too: no bar moves for ever
        if shown:
            shown.update(_Words(f"{words}: not finished"))
        raise


class _Words:
    """What is being done: with a bar that moves while it runs."""

    def __init__(self, words, running=False):
        self.words, self.running = words, running

    def __repr__(self):
        return self.words

    def _repr_html_(self):
        return inline(
            '<progress style="width:200px;vertical-align:middle"{% if not running %} max="1" value="1"{% endif %}>'
            "</progress> {{ words }}",
            running=self.running,
            words=self.words,
        )


class _State:
    """How far it is: a bar and words in a notebook, the words elsewhere."""

    def __init__(self, words, done, total, seconds):
        self.done, self.total = done, total
        self.said = f"{words}: {done} of {total}{_left(done, total, seconds)}"

    def __repr__(self):
        return self.said

    def _repr_html_(self):
        return inline(
            '<progress style="width:200px;vertical-align:middle" max="{{ state.total }}" value="{{ state.done }}">'
            "</progress> {{ state.said }}",
            state=self,
        )


def _left(done, total, seconds):
    """Say how long the rest takes, as long as each has taken so far; at the end, how long it took."""
    if done == total:
        return f", in {seconds:.0f} s"
    return f", about {max(seconds / done * (total - done), 1):.0f} s left" if done else ""
