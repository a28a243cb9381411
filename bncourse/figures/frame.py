"""What all figures share: a figure that describes itself, and the course's style.

JupyterLab shows no description of a plain Matplotlib figure; an ``<img>`` with ``alt`` in HTML output is shown and read
aloud, there and in exported pages. Nothing here changes Matplotlib's global state. No front-end tells the kernel its
theme, so figures have a panel of their own that suits both.
"""

import io
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files

from matplotlib import rc_context, rc_params_from_file, rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from bncourse.templates import inline

BOOK_WIDTH, LEAST_PIXELS = 700, 9.0  # on a page as narrow as the book's, no label is smaller than this
PIXELS_PER_INCH = 100  # on the page; the image holds twice as many, for dense screens

# A second sign beside the colour, in the order of the colours.
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")


@dataclass(frozen=True)
class DescribedFigure:
    """A figure and its description in words; its labels are large enough to be read at book width.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn and ready.
    alt : str
        One sentence of what is seen, and one of what it means.
    """

    figure: Figure
    alt: str

    def __post_init__(self):
        least = least_size(self.figure)
        drawn = list(_drawn(self.figure))
        for axes in drawn:
            for axis in (axes.xaxis, axes.yaxis) if isinstance(axes, Axes) and axes.axison else ():
                if any(label.get_size() < least for label in axis.get_ticklabels() if label.get_visible()):
                    axis.set_tick_params(labelsize=least)
        for text in drawn:
            if isinstance(text, Text) and text.get_text().strip() and text.get_size() < least:
                text.set_size(least)

    def save(self, path):
        """Write the figure to a file; the ending of `path` says which format."""
        self.figure.savefig(path, dpi=2 * PIXELS_PER_INCH, facecolor=self.figure.get_facecolor())

    def _repr_html_(self):
        png = io.BytesIO()
        self.figure.savefig(png, format="png", dpi=2 * PIXELS_PER_INCH, facecolor=self.figure.get_facecolor())
        width = round(self.figure.get_figwidth() * PIXELS_PER_INCH)
        source = f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"
        return inline(
            '<img alt="{{ alt }}" src="{{ source }}" width="{{ width }}" '
            'style="width:{{ width }}px; max-width:100%; height:auto">',
            alt=self.alt,
            source=source,
            width=width,
        )

    def __repr__(self):
        return f"Figure: {self.alt}"


def _drawn(artist):
    """Give an artist and all in it but axes that are switched off: making their ticks takes most of the time."""
    yield artist
    hidden = isinstance(artist, Axes) and not artist.axison
    for child in artist.get_children():
        if not (hidden and isinstance(child, Axis)):
            yield from _drawn(child)


def least_size(figure):
    """Return the size in points that has nine pixels where a figure is as wide as a page of the book, or as it is."""
    scale = min(1.0, BOOK_WIDTH / (figure.get_figwidth() * PIXELS_PER_INCH))
    return LEAST_PIXELS * 72 / (PIXELS_PER_INCH * scale)


@contextmanager
def style():
    """Draw within this block in the course's style; gives the colours in their order."""
    with as_file(files("bncourse.figures") / "course.mplstyle") as path:
        chosen = rc_params_from_file(path, use_default_template=False)
    with rc_context():
        rcParams.update(chosen)
        # As values: a name such as "C0" would be looked up when the figure is saved, outside this context.
        yield [to_hex(color) for color in rcParams["axes.prop_cycle"].by_key()["color"]]


def short(number):
    """Write a number with two decimals and a real minus sign."""
    return f"{number + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")
