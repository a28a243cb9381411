"""`bncourse book`: a small course as pages to read, without its answers, that ask the network for nothing."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import small_course

from bncourse.cli import main
from bncourse.grading.release.source import read
from bncourse.site.book import edition, pages
from bncourse.site.book.answers import leaks
from bncourse.site.book.mathematics import to_mathml
from bncourse.trouble import Trouble

ROOT = Path(__file__).resolve().parents[1]


def content():
    """The small course, with a formula, a figure, a slider and a written answer."""
    made = small_course.with_written_answer()
    shows = "\n".join(
        [
            "from bncourse.figures.slider import Slider",
            "class Picture:",
            "    def _repr_html_(self):",
            '        return \'<img alt="A line that rises to the right, as it should." src="data:image/png;base64,">\'',
            'Slider([Picture()], ["one"], "eps", Picture())',
        ]
    )
    cells = [
        small_course.text("formula", r"## A formula" + "\n\n" + r"The mean is $\mu = \frac{1}{m} \sum_i x_i$."),
        small_course.code("figure", shows),
    ]
    made["cells"][-1:-1] = cells
    return made


def book(course, *options):
    command = [sys.executable, "-m", "bncourse.cli", "book", *options]
    return subprocess.run(command, cwd=course, capture_output=True, text=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with its book, and what the command said; a learner has solved an exercise in it."""
    course = small_course.write(tmp_path_factory.mktemp("book") / "course", content())
    solved = course / "notebooks" / small_course.NAME / f"{small_course.NAME}.ipynb"
    solved.parent.mkdir()
    small_course.save(content(), solved)
    return course, book(course)


def page(course, book="book"):
    return (course / "build" / book / f"{small_course.NAME}.html").read_text(encoding="utf-8")


def source(course):
    return read(course / "solutions" / small_course.NAME / f"{small_course.NAME}.ipynb")


class Loaded(HTMLParser):
    """Collects what a browser loads by itself when it shows a page."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag in {"script", "img", "iframe", "source"} or (tag == "link" and named.get("rel") != "canonical"):
            self.addresses += [named[key] for key in ("src", "href") if named.get(key)]


def test_the_book_has_a_first_page_the_notebooks_and_a_search(made):
    course, done = made
    assert done.returncode == 0, done.stderr
    assert "! Sphinx" not in done.stderr
    assert done.stdout.strip() == f"The course as a site of 1 notebook: open {course / 'build' / 'book' / 'index.html'}"
    first = (course / "build" / "book" / "index.html").read_text(encoding="utf-8")
    assert "How is a batch centred?" in page(course)
    assert "90 A small notebook" in first
    assert "CC BY 4.0" in first
    assert (course / "build" / "book" / "reference" / "commands.html").is_file()
    assert "centr" in (course / "build" / "book" / "searchindex.js").read_text(encoding="utf-8")


def test_no_answer_stands_in_any_file_even_where_a_learner_has_solved_the_exercises(made):
    course, _ = made
    for name in ("book", "book-cache"):
        assert not list(leaks(course / "build" / name, [source(course)]))
    everything = b"".join(path.read_bytes() for path in (course / "build" / "book").rglob("*") if path.is_file())
    assert b"names the step" not in everything
    assert b"+ 71.0" not in everything


def test_an_answer_that_is_in_a_page_is_found_through_its_markup(made, tmp_path):
    course, _ = made
    (tmp_path / "page.html").write_text("<pre><b>m</b> = x.mean(axis=<i>0</i>)\n<b>return</b> x - m\n</pre>")
    (tmp_path / "cell.json").write_text(json.dumps({"source": "s = x.std(axis=0)\nreturn x / s"}))
    found = {(path.name, name) for path, name in leaks(tmp_path, [source(course)])}
    assert found == {("page.html", "centre"), ("cell.json", "scale")}


def test_a_page_shows_what_a_learner_writes_and_no_mark_of_nbgrader(made):
    course, _ = made
    text = re.sub(r"<[^>]*>", "", page(course))
    assert "you write this in the notebook" in text
    assert "You write this answer in the notebook." in text
    assert not re.search(r"YOUR CODE HERE|BEGIN SOLUTION|BEGIN HIDDEN|Traceback", text)


def test_a_figure_keeps_its_description_and_a_slider_becomes_its_still_figure(made):
    course, _ = made
    assert 'alt="A line that rises to the right, as it should."' in page(course)
    assert "Here JupyterLab has a slider (eps)" in page(course)
    assert "jupyter.widget" not in page(course)


def test_a_formula_is_mathml_that_needs_no_script(made):
    course, _ = made
    assert "<math " in page(course)
    assert not re.search(r"<script[^>]*(mathjax|katex)", page(course), re.I)


def test_a_page_loads_nothing_from_elsewhere(made):
    course, _ = made
    for path in (course / "build" / "book").rglob("*.html"):
        found = Loaded()
        found.feed(path.read_text(encoding="utf-8"))
        assert found.addresses
        assert not [address for address in found.addresses if re.match(r"(https?:)?//", address)], path.name
    for path in (course / "build" / "book").rglob("*.css"):
        assert not re.search(r"(url\(|@import )['\"]?(https?:)?//", path.read_text(encoding="utf-8")), path.name


@pytest.mark.nightly
def test_the_edition_for_instructors_shows_the_answers_and_says_so(made):
    course, _ = made
    done = book(course, "--solutions")
    assert done.returncode == 0, done.stderr
    assert "for instructors" in done.stdout
    text = re.sub(r"<[^>]*>", "", page(course, "book-solutions"))
    assert "x.std(axis=0)" in text
    assert "names the step" in text
    assert "BEGIN SOLUTION" not in text


def test_a_folder_with_other_files_stays_as_it_is(tmp_path, monkeypatch, capsys):
    course = small_course.write(tmp_path / "course")
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("mine")
    monkeypatch.chdir(course)
    assert main(["book", "--output", str(other)]) == 1
    assert "holds other files, which stay as they are" in capsys.readouterr().err
    assert [path.name for path in other.iterdir()] == ["chapter.txt"]


def test_a_cell_that_fails_names_its_notebook_and_leaves_no_book(tmp_path):
    broken = small_course.notebook()
    broken["cells"].insert(2, small_course.code("broken", "1 / 0"))
    course = small_course.write(tmp_path / "course", broken)
    done = book(course, "--solutions")
    assert done.returncode == 1
    assert "90-small does not run to its end: ZeroDivisionError: division by zero" in done.stderr
    assert not list(Path(course, "build", "book-solutions").iterdir())


def test_without_sphinx_the_extra_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(small_course.write(tmp_path / "course"))
    monkeypatch.setattr("bncourse.site.book.edition.find_spec", lambda name: None if name == "myst_nb" else object())
    assert main(["book"]) == 1
    assert re.search(r'myst-nb is not installed.*\n +\S.*pip install .*-e "?\.\[book\]"?', capsys.readouterr().err)


def test_a_formula_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="Error"):
        to_mathml(r"\left(")


# the way into a browser tab


def test_each_exercise_that_a_browser_runs_has_a_link_that_opens_it_there():
    name = "07-keras"
    notebook = nbformat.read(ROOT / "notebooks" / name / f"{name}.ipynb", as_version=4)
    outputs = [[] for cell in notebook.cells if cell.cell_type == "code"]
    plain = pages.page(notebook, outputs)
    assert not any("Try it here" in cell.source for cell in plain.cells)
    linked = pages.page(notebook, outputs, try_it=edition._try_it("https://host/course/", name))
    links = [link for cell in linked.cells for link in re.findall(r'href="([^"]+)">Try it here', cell.source)]
    found = [
        link.removeprefix(f"https://host/course/notebooks/index.html?path={name}/{name}.ipynb#exercise=")
        for link in links
    ]
    assert found == ["parameter_counts", "freeze_table", "to_pytorch"]  # the others need Keras


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://host/course", "https://host/course/"),
        ("https://host/course/index.html", "https://host/course/"),
        ("http://host:8000", "http://host:8000/"),
        ("../tab/", "../tab/"),
    ],
)
def test_the_address_of_the_tab_is_taken_as_people_write_it(given, address):
    assert edition.tab_address(given) == address


@pytest.mark.parametrize("given", ["javascript:alert(1)", "https://", "file:///x", "https://host/a b", "x?y"])
def test_another_kind_of_address_is_refused(given):
    with pytest.raises(Trouble, match="name the address where `bncourse site` stands"):
        edition.tab_address(given)
