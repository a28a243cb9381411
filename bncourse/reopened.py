"""The line under buttons and sliders that says how they come back: seen only where a page was opened again."""

from bncourse.templates import inline

# JupyterLab and Notebook apply the style of an output that they trust, as they do one that was just run. Elsewhere the
# line is in view, and is true all the same.
_LINE = (
    "<style>.jp-OutputArea-child:has(.widget-vbox) + .jp-OutputArea-child .bncourse-reopened {display: none}</style>"
    '<small class="bncourse-reopened">{{ words }}</small>'
)


def line(words):
    """Return the line as a bundle for display, right behind that of a widget which is a VBox.

    Parameters
    ----------
    words : str
        What is missing there, and how it comes back.

    Returns
    -------
    dict
    """
    return {"text/plain": words, "text/html": inline(_LINE, words=words)}
