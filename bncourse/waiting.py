"""A progress bar for cells that take more than a moment."""


def bar(items):
    """Give items one by one, and show in the notebook how many are done.

    Parameters
    ----------
    items : iterable
        What there is to do.

    Yields
    ------
    object
        Each item, in order.
    """
    from IPython.display import ProgressBar  # here, so that a measurement outside a notebook does without

    items = list(items)
    for i in ProgressBar(len(items)):
        yield items[i]
