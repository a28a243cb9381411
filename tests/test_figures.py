"""Figures describe themselves, can be read in both themes, and leave Matplotlib as it was."""

import re
import subprocess
import sys
from base64 import b64decode

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bncourse.figures import frame, layer_figures

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(2, 3, size=(60, 2))
TRUE = RNG.uniform(25, 346, 40)
SIGMA = np.logspace(-3, 1, 30)
LINES = np.array([SIGMA / np.sqrt(SIGMA**2 + eps) for eps in (1e-3, 1e-5)])
DRAW = {
    "steps": lambda: layer_figures.steps({"weighted sums": NORMAL, "normalized": (NORMAL - 2) / 3}, [4, 9]),
    "std_against_sigma": lambda: layer_figures.std_against_sigma(SIGMA, LINES, LINES, (1e-3, 1e-5)),
    "sigmoid_by_gamma": lambda: layer_figures.sigmoid_by_gamma(NORMAL.ravel(), {1: 0.98, 8: 0.75}),
    "predictions": lambda: layer_figures.predictions(TRUE, {"one": TRUE[::-1], "two": 0 * TRUE}),
    "feature_maps": lambda: layer_figures.feature_maps(NORMAL.reshape(2, 4, 5, 3), ["a", "b", "c"], shown=2),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_shows_an_image_with_its_description(name):
    described = DRAW[name]()
    html = described._repr_html_()
    alt = re.search(r'alt="([^"]+)"', html)[1]
    assert alt.count(". ") == 1 and alt.endswith(".")  # what is seen, and what it means
    png = b64decode(re.search(r"base64,([^\"]+)", html)[1])
    assert png.startswith(b"\x89PNG")
    width = int(re.search(r'width="(\d+)"', html)[1])
    assert int.from_bytes(png[16:20]) == pytest.approx(2 * width, abs=2)  # two pixels for each on the page
    assert repr(described) == f"Figure: {described.alt}"


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_states_its_finding_and_names_its_axes(name):
    figure = DRAW[name]().figure
    assert len(figure.get_suptitle()) > 20
    drawn = [axes for axes in figure.axes if axes.axison]
    if drawn:
        assert any(axes.get_xlabel() for axes in drawn) and any(axes.get_ylabel() for axes in drawn)


def test_a_description_with_quotes_and_brackets_stays_inside_its_attribute():
    described = layer_figures.DescribedFigure(DRAW["steps"]().figure, 'a "b" <c> & d')
    assert 'alt="a &#34;b&#34; &lt;c&gt; &amp; d"' in described._repr_html_()


def smallest(figure):
    """The height in pixels of the smallest label, where the figure is 700 pixels wide or as wide as it is."""
    figure.draw_without_rendering()
    sizes = [text.get_size() for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return min(sizes) * 100 / 72 * min(1, 7 / figure.get_figwidth())


@pytest.mark.parametrize("name", DRAW)
def test_labels_are_legible_at_book_width(name):
    assert smallest(DRAW[name]().figure) >= 8.99


def test_small_labels_of_a_wide_figure_are_enlarged():
    with frame.style():
        figure = Figure(figsize=(14, 3))
        axes = figure.subplots()
        axes.set_title("small", fontsize=4)
        axes.tick_params(labelsize=3)
        axes.plot([1, 2])
        assert smallest(figure) < 4
        assert smallest(frame.DescribedFigure(figure, "A line. It rises.").figure) >= 8.99


@pytest.mark.parametrize("name", DRAW)
def test_drawing_leaves_the_global_settings_as_they_were(name):
    before = dict(matplotlib.rcParams)
    DRAW[name]()._repr_html_()
    assert dict(matplotlib.rcParams) == before


def test_no_figure_is_left_in_pyplots_hands():
    code = "import bncourse.figures, sys; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_colours_do_not_depend_on_the_settings_at_the_time_of_saving():
    lines = DRAW["std_against_sigma"]().figure.axes[0].get_lines()
    assert lines[0].get_color() == "#0067a3"


def test_text_and_lines_have_a_contrast_of_at_least_4_5_with_the_panel():
    style = _style()
    panel = style["figure.facecolor"]
    texts = [style[name] for name in ("text.color", "axes.labelcolor", "xtick.labelcolor", "axes.edgecolor")]
    for colour in [*texts, *style["axes.prop_cycle"].by_key()["color"]]:
        assert _contrast(colour, panel) >= 4.5, colour


def test_the_panel_shows_on_the_dark_theme_without_the_glare_of_white():
    panel = _style()["figure.facecolor"]
    assert _contrast(panel, "#111111") > 10
    assert _contrast(panel, "#ffffff") > 1.15


def test_no_colour_could_be_read_on_both_themes_without_a_panel():
    greys = [f"#{value:02x}{value:02x}{value:02x}" for value in range(256)]
    assert max(min(_contrast(grey, "#ffffff"), _contrast(grey, "#111111")) for grey in greys) < 4.5


def test_each_series_has_a_second_sign_beside_its_colour():
    cycle = _style()["axes.prop_cycle"].by_key()
    assert len(set(cycle["linestyle"])) == len(set(cycle["marker"])) == len(set(cycle["color"])) == 4


def test_a_figure_is_saved_in_the_format_of_its_name(tmp_path):
    DRAW["steps"]().save(tmp_path / "steps.svg")
    assert "<svg" in (tmp_path / "steps.svg").read_text()


def _style():
    with frame.style():
        return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams}


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_words_in_axes_that_are_switched_off_are_large_enough_too():
    figure = Figure(figsize=(14, 3))
    axes = figure.add_axes([0, 0, 1, 1])
    axes.axis("off")
    words = axes.text(0.5, 0.5, "the marked node", fontsize=5)
    frame.DescribedFigure(figure, "One word. It can be read.")
    assert words.get_size() == frame.least_size(figure)
