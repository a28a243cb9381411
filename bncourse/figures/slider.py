"""A slider over pictures drawn beforehand, with a still figure for places where sliders do not run.

The pictures change in the browser, without Python: the slider answers while the kernel is busy, too. Where somebody
works at the cell, the slider stands alone with its question, and the still figure is folded under it: it would give the
answer. An exported page, a code host or a grader's run of the notebook has the still figure, which says the same.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from bncourse import reopened, waiting
from bncourse.surroundings import is_live
from bncourse.templates import inline


@dataclass(frozen=True)
class Slider:
    """A slider that steps through pictures, and a still figure for where there is none.

    Shown by a notebook as the last line of a cell, or with ``display``.

    Parameters
    ----------
    pictures : sequence
        What each position shows: `bncourse.figures.DescribedFigure`, all of one size, or anything else with
        ``_repr_html_``. Each is drawn when the slider is shown, so a few dozen are enough.
    labels : sequence of str
        What each position is called, such as "eps 0.001"; they differ. They stand in a menu beside the slider.
    name : str
        What the slider changes, one or two words; stands before the menu. A screen reader reads the menu aloud
        with its name. The slider's own handle has none: ipywidgets gives no way to name it.
        With the keyboard: Space opens the menu (while it is closed, JupyterLab takes the arrow keys for itself), and
        the handle moves with the arrow keys.
    still : object
        The same message in one picture: a strip of a few moments, for example.
    playable : bool, default False
        Whether a play button stands beside the slider. Only where time passes from picture to picture.
    question : str
        What to find out with it; stands above the controls.

    Raises
    ------
    ValueError
        If there is no picture, if pictures and labels differ in number, or if a label comes twice.
    """

    pictures: Sequence
    labels: Sequence[str]
    name: str
    still: object
    playable: bool = False
    question: str = ""

    def __post_init__(self):
        if len(self.pictures) != len(self.labels) or not self.pictures:
            raise ValueError(
                f"{len(self.pictures)} pictures and {len(self.labels)} labels; give one label for each picture"
            )
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("two labels are the same; the slider tells its positions apart by them")

    def widget(self):
        """Return the slider with its pictures, without the still figure.

        Returns
        -------
        ipywidgets.VBox
            The controls above the pictures.
        """
        import ipywidgets as widgets  # here: loading them takes a moment, and the grader needs none

        # every picture is on the page from the start, so that none has to be fetched or jumps while it loads
        stack = widgets.Stack([widgets.HTML(picture._repr_html_()) for picture in self.pictures], selected_index=0)
        # the menu shows where the slider stands, and can be used in its place: a slider's handle has no name for
        # a screen reader, a menu has
        menu = widgets.Dropdown(
            options=[(label, i) for i, label in enumerate(self.labels)],
            description=self.name,
            style={"description_width": "initial"},
            layout=widgets.Layout(width="max-content"),
        )
        slider = widgets.IntSlider(
            max=len(self.pictures) - 1,
            readout=False,
            layout=widgets.Layout(flex="1 1 160px", max_width="360px"),
        )
        widgets.jslink((slider, "value"), (menu, "index"))
        widgets.jslink((slider, "value"), (stack, "selected_index"))
        controls = [menu, slider]
        if self.playable:
            play = widgets.Play(
                max=len(self.pictures) - 1, interval=300, show_repeat=False, tooltip=f"Play: {self.name}"
            )
            widgets.jslink((play, "value"), (slider, "value"))
            controls.insert(0, play)
        asked = [widgets.HTML(inline("<b>{{ words }}</b>", words=self.question))] if self.question else []
        return widgets.VBox([*asked, widgets.Box(controls, layout=widgets.Layout(flex_flow="row wrap")), stack])

    def _ipython_display_(self):
        from IPython.display import display

        if is_live():
            self._show_live()
            return
        display(self.still)
        if os.environ.get("NBGRADER_EXECUTION"):
            return  # nobody moves it there, and its pictures would be stored with every submission
        words = (
            f"Here JupyterLab has a slider ({self.name}) through {len(self.pictures)} pictures; run the cell to see it."
        )
        bundle = self.widget()._repr_mimebundle_()
        display(bundle | {"text/plain": words, "text/html": inline("<p>{{ words }}</p>", words=words)}, raw=True)

    def _show_live(self):
        """Show the slider, and under it a line that stays when the page is opened again, where no slider is."""
        from IPython.display import display

        back = f"No slider here? Then the page was opened again: run the cell, and it is back ({self.name})."
        with waiting.in_place(f"Drawing {len(self.pictures)} pictures") as place:
            bundle = self.widget()._repr_mimebundle_() | {"text/plain": f"{self!r}. {back}"}
            (place or display)(bundle, raw=True)
        display(reopened.line(back), raw=True)
        paper = inline(
            "<details><summary>All in one picture, for paper</summary>{{ still._repr_html_() | safe }}</details>",
            still=self.still,
        )
        display({"text/plain": "", "text/html": paper}, raw=True)

    def __repr__(self):
        return f"{self.still!r}\nSlider: {self.name}, from {self.labels[0]} to {self.labels[-1]}"
