"""What the course writes on a page can be read by everybody: axe-core and measured contrast, light and dark.

JupyterLab's own frame is not ours: axe looks at outputs and at rendered text only. Two things there are not ours
either. ipywidgets gives no way to name the handle of a slider, so each slider here has a menu beside it that has its
name; and the style sheets of JupyterLab and nbconvert show a link in a text by its colour.
"""

import json
from itertools import pairwise

import lab
import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from playwright.sync_api import expect
from sampled import one_in

NAME = "00-page"
NOTEBOOKS = sorted((lab.ROOT / "notebooks").glob("*/*.ipynb"))
OURS = [[".jp-OutputArea-output"], [".jp-RenderedMarkdown"]]
CORRECT = "✓ CORRECT"
EVERYTHING = (
    "# A page\n\nText with `code`.\n\n## A part\n\n| sign | word |\n|---|---|\n| ✓ | correct |",
    "from bncourse import ask, check, figures, outcome, predict, progress, recall\n"
    "from bncourse.experiments.layer import layers\nfrom bncourse.figures import layer_figures, layer_sliders\n"
    "import numpy as np",
    "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / np.sqrt(var + eps)\ncheck.normalize(normalize)",
    "def normalize(x, mean, var, eps=1e-3):\n    raise NotImplementedError\ncheck.normalize(normalize)",
    "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / (var + eps)\ncheck.normalize(normalize)",
    "def normalize(x, mean, var, eps=1e-3):\n    return x - nothing\ncheck.normalize(normalize)",
    "check.batch_mean(batch_mean)",
    'check.hint("normalize"); check.case("normalize")',
    'predict("How many?", 3); display(outcome("How many?", 4.0)); progress()',
    'predict("Which?", ..., A="the first", B="the second")',
    'outcome("Which?", 4.0, "told")',
    'ask("run")',
    'recall("04")',
    "check.freeze_table(lambda: {})",
    "epsilons = [1e-3, 1e-5]\n"
    "units = layers.small_units(np.random.default_rng(0).normal(size=64), epsilons)\n"
    "still = layer_sliders.epsilon(epsilons, units, None).pictures[0]\n"
    "layer_sliders.epsilon(epsilons, units, still)",
)

# The lowest contrast of any text inside the elements, from the colours that the page has computed.
LOWEST_CONTRAST = """selector => {
  const numbers = color => (color.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => [0, 1, 2].map(i => top[i] * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
  const under = element => !element ? [255, 255, 255]
    : over(numbers(getComputedStyle(element).backgroundColor), under(element.parentElement));
  const light = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  for (const part of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
      if (!text || !element.checkVisibility() || element.closest('svg, style, script, select')) continue;
      const ground = under(element), color = over(numbers(getComputedStyle(element).color), ground);
      const [a, b] = [light(color), light(ground)];
      found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text]);
    }
  }
  return {count: found.length, lowest: found.sort((a, b) => a[0] - b[0])[0]};
}"""


def serious(page, within):
    """Give the rules that axe-core finds broken, serious or critical, with the elements."""
    options = {"resultTypes": ["violations"], "rules": {"link-in-text-block": {"enabled": False}}}
    context = {"include": within, "exclude": [[".noUi-handle"]]}
    found = Axe().run(page, context, options).response["violations"]
    return [
        (rule["id"], node["html"][:200])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def headings(page, within):
    return [
        int(tag[1]) for tag in page.eval_on_selector_all(f"{within} :is(h1,h2,h3,h4)", "all => all.map(h => h.tagName)")
    ]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Give a running Lab whose notebook shows everything that the course writes."""
    place = tmp_path_factory.mktemp("page")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(EVERYTHING[0]),
            *[nbformat.v4.new_code_cell(source, metadata={"tags": ["raises-exception"]}) for source in EVERYTHING[1:]],
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    folder = lab.course(place / "course", "00-warm-up")
    path = folder / "notebooks" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook, path)
    sam = lab.person(place / "sam")
    lab.save_by_hand(sam)
    with lab.started(folder, sam) as address:
        yield address, sam, path


@pytest.mark.nightly
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_everything_the_course_writes_passes_axe_and_is_legible_in_lab(session, screen, theme):
    address, sam, path = session
    lab.choose_theme(sam, theme)
    # JupyterLab keeps only the cells on the screen in the page, so the screen is tall
    window = screen(f"accessibility, {theme}", height=6000)
    window.open(address)
    window.page.locator(f'body[data-jp-theme-name="{theme}"]').wait_for(state="attached")
    window.run_all()
    cards = window.page.locator(".jp-OutputArea-output")
    for words in (CORRECT, "○ NOT STARTED", "✗ NOT YET", "! STOPPED WITH AN ERROR", "↻ NOT CHECKED"):
        cards.filter(has_text=words).first.wait_for()
    menu = window.page.locator(".jp-OutputArea-output select")
    menu.wait_for()
    assert serious(window.page, OURS) == []
    measured = window.page.evaluate(LOWEST_CONTRAST, ".jp-OutputArea-output, .jp-RenderedMarkdown")
    assert measured["count"] > 60 and measured["lowest"][0] >= 4.5, measured
    assert all(window.page.eval_on_selector_all(".jp-OutputArea-output img", "all => all.map(i => i.alt.length > 40)"))
    tables = ".jp-OutputArea-output table, .jp-RenderedMarkdown table"
    assert all(window.page.eval_on_selector_all(tables, "all => all.map(t => t.querySelector('th') != null)"))
    pictures = window.page.locator(".widget-html img")
    before = pictures.locator("visible=true").first.get_attribute("alt")
    menu.focus()
    for key in ("Space", "ArrowDown", "Enter"):  # closed, it leaves the arrow keys to JupyterLab
        window.page.keyboard.press(key)
    expect(pictures.locator("visible=true").first).not_to_have_attribute("alt", before)
    window.picture("slider moved by the keyboard")
    window.save(path, CORRECT)


@pytest.mark.nightly
def test_an_exported_page_has_the_still_figure_where_lab_has_a_slider(session, screen, tmp_path):
    address, _, path = session
    if not any(cell.get("outputs") for cell in json.loads(path.read_text())["cells"]):
        window = screen("exported page")
        window.open(address)
        window.run_all()
        window.save(path, CORRECT)
    exported = tmp_path / "page.html"
    exported.write_text(HTMLExporter().from_filename(path)[0])
    window = screen("exported page")
    window.page.route("http*://**", lambda route: route.abort())  # as on a machine without a network
    window.page.goto(exported.as_uri())
    still = window.page.locator("img").last
    window.page.get_by_text("All in one picture, for paper").click()
    still.scroll_into_view_if_needed()
    window.picture("still figure")
    assert still.evaluate("image => image.naturalWidth > 100 && image.checkVisibility()")
    assert len(still.get_attribute("alt")) > 40


@pytest.mark.parametrize("path", one_in(12, NOTEBOOKS), ids=lambda path: path.stem)
def test_the_text_of_every_notebook_has_headings_in_order_and_passes_axe(screen, tmp_path, path):
    window = screen("texts")
    window.page.route("http*://**", lambda route: route.abort())
    exported = tmp_path / f"{path.stem}.html"
    exported.write_text(HTMLExporter().from_filename(path)[0])
    window.page.goto(exported.as_uri())
    levels = headings(window.page, "main")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert serious(window.page, [[".jp-RenderedMarkdown"]]) == []
