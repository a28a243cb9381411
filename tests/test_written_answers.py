"""An answer in words reaches the person who grades, wherever it stands and whatever program wrote the file."""

import json
from copy import deepcopy

import nbformat
import pytest
import small_course
from nbgrader import utils
from small_course import cell
from test_stage import CENTRE, SCALE

from bncourse.battery.tools import TOOLS
from bncourse.grading.submission.folder import stage_folder
from bncourse.grading.submission.merge import DOUBT, TAKEN, stage_notebook

TASK = "A friend says that the mean can be taken last. Answer in your own words: why is that wrong?"
HEADING = "**Why in this order?**"
STUB = f"{HEADING}\n\n*Write your answer here, in place of this line.*"
WORDS = "The variance holds the mean, so the mean goes first.\n\nOtherwise the spread is measured from the wrong place."
HALVES = WORDS.split("\n\n")
END = "What you have seen: two steps, and a reason for their order that one can measure."


def released():
    """Give a release with a written answer between its task and the end, with checksums as nbgrader makes them."""
    content = small_course.notebook()
    for name in ("centre", "scale"):
        each = cell(content, name)
        each["source"] = each["source"].split("\n")[0] + "\n    # YOUR CODE HERE\n    raise NotImplementedError"
    check = cell(content, "scale-check")
    check["source"] = check["source"].partition("\n### BEGIN HIDDEN")[0]
    why = small_course.text("why", STUB)
    why["metadata"] = {"nbgrader": {**small_course.marks("why"), "grade": True, "solution": True, "points": 3}}
    cell(content, "end")["source"] = END
    content["cells"][-1:-1] = [small_course.text("why-task", TASK), why]
    release = nbformat.from_dict(content)
    for each in release.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["checksum"] = utils.compute_checksum(each)
    return release


RELEASE = released()


def file(words=None):
    content = json.loads(json.dumps(RELEASE))
    cell(content, "centre")["source"], cell(content, "scale")["source"] = CENTRE, SCALE
    if words:
        cell(content, "why")["source"] = f"{HEADING}\n\n{words}"
    return content


def put(content, where, *cells):
    """Put cells behind the cell with this id."""
    place = content["cells"].index(cell(content, where)) + 1
    content["cells"][place:place] = cells


def drop(content, *names):
    for name in names:
        content["cells"].remove(cell(content, name))


# Each place changes the file of somebody who wrote nothing into the cell of the answer.


def in_its_cell(content):
    cell(content, "why")["source"] = f"{HEADING}\n\n{WORDS}"


def without_the_heading(content):
    cell(content, "why")["source"] = WORDS


def beside_the_line_that_was_to_go(content):
    cell(content, "why")["source"] = f"{STUB}\n\n{WORDS}"


def in_a_new_cell_below(content):
    put(content, "why", small_course.text("new", WORDS))


def in_a_new_cell_above(content):
    put(content, "why-task", small_course.text("new", WORDS))


def in_two_new_cells_below(content):
    put(content, "why", *(small_course.text(f"new-{number}", half) for number, half in enumerate(HALVES)))


def typed_anew(content):
    drop(content, "why")
    put(content, "why-task", small_course.text("new", WORDS))


def typed_anew_with_the_heading_at_the_end(content):
    drop(content, "why")
    content["cells"].append(small_course.text("new", f"## Why in this order\n\n{WORDS}"))


def merged_up(content):
    cell(content, "why-task")["source"] += f"\n\n{HEADING}\n\n{WORDS}"
    drop(content, "why")


def merged_down(content):
    cell(content, "why")["source"] = f"{HEADING}\n\n{WORDS}\n\n{END}"
    drop(content, "end")


def typed_into_the_task(content):
    cell(content, "why-task")["source"] += f"\n\n{WORDS}"


def split_with_both_marks(content):
    first, second = deepcopy(cell(content, "why")), deepcopy(cell(content, "why"))
    first["source"], second["source"], second["id"] = f"{HEADING}\n\n{HALVES[0]}", HALVES[1], "half"
    put(content, "why", first | {"id": "other-half"}, second)
    drop(content, "why")


def split_with_one_mark(content):
    cell(content, "why")["source"] = HEADING
    put(content, "why", *(small_course.text(f"new-{number}", half) for number, half in enumerate(HALVES)))


def split_at_the_heading_with_both_marks(content):
    second = deepcopy(cell(content, "why")) | {"source": WORDS, "id": "half"}
    cell(content, "why")["source"] = HEADING
    put(content, "why", second)


def printed_by_code(content):
    put(content, "why", small_course.code("new", "print(" + ",\n      ".join(map(repr, HALVES)) + ")"))


def as_comments(content):
    lines = [f"# {line}" for line in WORDS.split("\n") if line]
    put(content, "why", small_course.code("new", "\n".join(lines)))


def as_code_in_its_cell(content):
    why = cell(content, "why")
    why |= {"cell_type": "code", "source": WORDS, "outputs": [], "execution_count": None}


def as_raw_text(content):
    put(content, "why", small_course.text("new", WORDS) | {"cell_type": "raw"})


PLACES = [
    in_its_cell, without_the_heading, beside_the_line_that_was_to_go, in_a_new_cell_below, in_a_new_cell_above,
    in_two_new_cells_below, typed_anew, typed_anew_with_the_heading_at_the_end, merged_up, merged_down,
    typed_into_the_task, split_with_both_marks, split_with_one_mark, split_at_the_heading_with_both_marks,
    printed_by_code, as_comments, as_code_in_its_cell, as_raw_text,
]  # fmt: skip


def staged(content):
    result = stage_notebook(json.dumps(content).encode(), RELEASE)
    nbformat.validate(result.notebook)
    return result


def why(result):
    [found] = [each for each in result.notebook.cells if each.id == "why"]
    return found


def waits(result):
    """Say whether nbgrader asks a person for the points, and gives none by itself."""
    return utils.determine_grade(why(result))[0] is None


@pytest.mark.parametrize("tool", [None, *TOOLS])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_the_words_stand_in_the_answer_and_wait_for_a_person(place, tool):
    content = file()
    place(content)
    if tool:
        TOOLS[tool](content)
    result = staged(content)
    for half in HALVES:
        assert half in why(result).source
    assert why(result).source.index(HALVES[0]) < why(result).source.index(HALVES[1]) and waits(result)
    everything = "\n".join(each.source for each in result.notebook.cells if each.cell_type != "code")
    assert everything.count(HALVES[0]) == 1 or place is typed_into_the_task or place is merged_up


@pytest.mark.parametrize("tool", [None, *TOOLS])
def test_who_wrote_nothing_gets_no_points_and_nobody_has_to_look(tool):
    content = file()
    if tool:
        TOOLS[tool](content)
    result = staged(content)
    assert utils.determine_grade(why(result)) == (0, 3.0) and not [d for d in result.decisions if d.kind == DOUBT]


def gone(content):
    drop(content, "why")


def emptied(content):
    cell(content, "why")["source"] = "\n"


def nothing_but_the_heading(content):
    cell(content, "why")["source"] = HEADING


def far_away(content):
    put(content, "title", small_course.text("new", WORDS))


def too_long(content):
    cell(content, "why")["source"] = f"{WORDS}\n\n" * 5_000


def comments_at_the_end(content):
    content["cells"].append(small_course.code("new", "\n".join(f"# {line}" for line in WORDS.split("\n") if line)))


def a_string_at_the_start(content):
    put(content, "title", small_course.code("new", f"answer = {WORDS!r}"))


def a_string_in_an_answer_in_code(content):
    cell(content, "scale")["source"] += f'\n\n"""{WORDS} {WORDS}"""'


def comments_in_a_cell_of_the_course(content):
    said = "\n".join(f"# {line}" for line in [*WORDS.split("\n"), *WORDS.split("\n")] if line)
    cell(content, "centre-check")["source"] += f"\n{said}"


FOR_A_LOOK = [
    gone, emptied, nothing_but_the_heading, far_away, too_long, comments_at_the_end, a_string_at_the_start,
    a_string_in_an_answer_in_code, comments_in_a_cell_of_the_course,
]  # fmt: skip


@pytest.mark.parametrize("way", FOR_A_LOOK, ids=lambda way: way.__name__)
def test_what_cannot_be_found_asks_for_a_look_and_never_counts_as_0(way):
    content = file()
    way(content)
    result = staged(content)
    assert waits(result) and "*Note of the course: " in why(result).source
    if way is far_away:
        texts = [each for each in result.notebook.cells if each.metadata["bncourse"]["from"] == "student"]
        assert [each.source for each in texts] == [WORDS] and texts[0].cell_type == "markdown"
    assert [d for d in result.decisions if d.what == "why" and d.kind != TAKEN]


@pytest.mark.parametrize(
    "own",
    [
        "# the mean of each column first, as the text says",
        "# x = x - x.mean(axis=0)\n# return x / np.sqrt(x.var(axis=0) + eps)\n# for each in x:\n#     print(each)",
        "return {" + ", ".join(f'"claim_{number}": "cannot tell"' for number in range(30)) + "}",
    ],
    ids=["a remark", "an earlier try", "an answer of many words"],
)
def test_remarks_in_code_are_no_answer_in_words(own):
    content = file()
    cell(content, "scale")["source"] += f"\n    {own}".replace("\n#", "\n    #")
    result = staged(content)
    assert not waits(result) and not [d for d in result.decisions if d.kind == DOUBT]


def handed_in(tmp_path, files):
    folder = tmp_path / small_course.NAME
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return stage_folder(folder, RELEASE)


@pytest.mark.parametrize("name", ["why.txt", "Antwort.docx", "scan.pdf", "photo.jpg", "answer.odt"])
def test_a_file_beside_the_notebook_that_may_hold_the_words_asks_for_a_look(tmp_path, name):
    arrival = handed_in(tmp_path, {f"{small_course.NAME}.ipynb": file(), name: WORDS})
    assert waits(arrival.staged) and name in why(arrival.staged).source
    assert [d for d in arrival.decisions if d.kind == DOUBT and name in d.why]


def test_data_beside_the_notebook_and_a_file_beside_a_written_answer_ask_for_none(tmp_path):
    name = f"{small_course.NAME}.ipynb"
    for place, files in (("a", {name: file(), "data.csv": "1,2"}), ("b", {name: file(WORDS), "why.txt": WORDS})):
        (tmp_path / place).mkdir()
        arrival = handed_in(tmp_path / place, files)
        assert not [d for d in arrival.decisions if d.kind == DOUBT]


def test_words_in_the_notebook_that_does_not_count_ask_for_a_look(tmp_path):
    only_words = json.loads(json.dumps(RELEASE))
    cell(only_words, "why")["source"] = f"{HEADING}\n\n{WORDS}"
    arrival = handed_in(tmp_path, {f"{small_course.NAME}.ipynb": file(), "essay.ipynb": only_words})
    assert waits(arrival.staged) and "essay.ipynb" in why(arrival.staged).source
    [doubt] = [d for d in arrival.decisions if d.kind == DOUBT and d.what == "essay.ipynb"]
    assert "does not have: why." in doubt.why


def test_answers_in_code_that_only_the_other_notebook_has_are_told(tmp_path):
    halves = file(WORDS), json.loads(json.dumps(RELEASE))
    cell(halves[0], "scale")["source"] = cell(halves[1], "scale")["source"]
    cell(halves[1], "scale")["source"] = SCALE
    arrival = handed_in(tmp_path, {f"{small_course.NAME}.ipynb": halves[0], "part 2.ipynb": halves[1]})
    [doubt] = [d for d in arrival.decisions if d.kind == DOUBT]
    assert doubt.what == "part 2.ipynb" and "does not have: scale." in doubt.why


def test_every_text_of_ones_own_is_shown_at_its_place():
    content = file(WORDS)
    put(content, "title", small_course.text("a", "My plan: first read, then write."))
    put(content, "centre-check", small_course.text("b", "That was the mean."))
    cell(content, "end")["source"] += "\n\nWhat I have seen: nothing new."
    result = staged(content)
    sources = [each.source for each in result.notebook.cells]
    assert sources.index("My plan: first read, then write.") == 1
    check = next(number for number, each in enumerate(result.notebook.cells) if each.id == "centre-check")
    assert sources[check + 1] == "That was the mean." and sources[-2:] == [END, "What I have seen: nothing new."]
    assert why(result).source == f"{HEADING}\n\n{WORDS}"


def test_pictures_of_two_cells_with_one_name_come_along_and_stay_apart():
    content = file()
    for number, data in enumerate(("AAAA", "BBBB")):
        text = small_course.text(f"new-{number}", f"{HALVES[number]} ![](attachment:image.png)")
        put(content, "why" if not number else "new-0", text | {"attachments": {"image.png": {"image/png": data}}})
    found = why(staged(content))
    assert found.attachments == {"image.png": {"image/png": "AAAA"}, "2-image.png": {"image/png": "BBBB"}}
    assert "(attachment:image.png)" in found.source and "(attachment:2-image.png)" in found.source
