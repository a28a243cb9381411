"""Cases that are honest, and whose answers stand in another place than in their cells.

In the student's own notebook each of these checks says CORRECT, in Run All or when it is called again after it; so each
earns all points. `bncourse.grading.submission.sequence` says in which order a staged notebook runs.
"""

from bncourse.battery.papers import FORWARD as NAME
from bncourse.battery.papers import POINTS, case, own

KIND = "odd"
ANSWERS = tuple(POINTS[NAME])
STUB = "raise NotImplementedError"
RIGHT = "(x - mean) / np.sqrt(var + eps)"
LAMBDA = f"normalize = lambda x, mean, var, eps=1e-3: {RIGHT}"


def answers(paper):
    """Return the text of all right answers, in one."""
    return "\n\n\n".join(paper.source(name) for name in ANSWERS)


def stub(paper, *names):
    """Put the stub back into the cells of these answers, as the release has it."""
    for name in names or ANSWERS:
        head = paper.source(name).split('"""')
        line = "# YOUR CODE HERE: write it above the next line, then delete the next line"
        paper.answer(name, f'{head[0]}"""{head[1]}"""\n    {line}\n    {STUB}')


def drop(paper, *names):
    """Take the cells of these answers, or checks, out of the notebook."""
    for name in names or ANSWERS:
        paper.cells.remove(paper.cell(name))


def behind(paper, name, source):
    """Put a cell of one's own behind the cell with this name."""
    paper.cells.insert(paper.cells.index(paper.cell(name)) + 1, own(source))


def before(paper, name, source):
    paper.cells.insert(paper.cells.index(paper.cell(name)), own(source))


def unmarked(paper, ids=True):
    """Take all marks out, and the ids, as some editors do."""
    for number, cell in enumerate(paper.cells):
        cell["metadata"] = {}
        if ids:
            cell["id"] = f"new-{number}"


@case(KIND)
def two_answers_in_one_cell(paper):
    """Two answers were merged into one cell; it bears the mark of the first."""
    paper.answer("batch_mean", f"{paper.source('batch_mean')}\n\n{paper.source('batch_variance')}")
    drop(paper, "batch_variance")


@case(KIND)
def all_answers_in_the_first_cell(paper):
    """All six functions stand in the cell of the first one."""
    text = answers(paper)
    drop(paper, *ANSWERS[1:])
    paper.answer(ANSWERS[0], text)


@case(KIND)
def all_answers_in_the_last_cell(paper):
    """All six functions stand in the cell of the last one; the others are as they were handed out."""
    text = answers(paper)
    stub(paper)
    paper.answer(ANSWERS[-1], text)


@case(KIND)
def all_answers_in_a_cell_on_top(paper):
    """All six functions stand in a cell of one's own on top; the stubs stand behind it."""
    text = answers(paper)
    stub(paper)
    paper.first(text)


@case(KIND)
def all_answers_in_a_cell_on_top_and_no_stubs(paper):
    """All six functions stand in a cell of one's own on top; the cells of the answers are gone."""
    text = answers(paper)
    drop(paper)
    paper.first(text)


@case(KIND)
def all_answers_in_a_cell_at_the_end(paper):
    """All six functions stand in a cell of one's own at the end."""
    text = answers(paper)
    stub(paper)
    paper.last(text)


@case(KIND)
def all_answers_at_the_end_and_no_stubs(paper):
    """All six functions stand at the end, one cell for each; the cells of the answers are gone."""
    texts = [paper.source(name) for name in ANSWERS]
    drop(paper)
    for text in texts:
        paper.last(text)


@case(KIND)
def an_answer_below_its_check(paper):
    """The answer stands in a cell of one's own below the check."""
    text = paper.source("normalize")
    stub(paper, "normalize")
    behind(paper, "normalize-check", text)


@case(KIND)
def an_answer_above_its_stub(paper):
    """The answer stands in a cell of one's own above the stub."""
    text = paper.source("normalize")
    stub(paper, "normalize")
    before(paper, "normalize", text)


@case(KIND)
def a_second_try_below_the_check(paper):
    """The first try is wrong; the second one, in a cell of one's own below the check, is right."""
    text = paper.source("normalize")
    paper.wrong()
    behind(paper, "normalize-check", text)


@case(KIND)
def an_experiment_below_the_check(paper):
    """The answer is right; below its check the function is defined once more, wrongly, to see what comes of it."""
    behind(paper, "normalize-check", "def normalize(x, mean, var, eps=0):\n    return (x - mean) / var")


@case(KIND)
def an_old_try_at_the_end(paper):
    """The answer is right; an old try lies at the end of the notebook, with the mark of the answer."""
    paper.cells.append(paper.cell("normalize") | {"id": "old", "source": "def normalize(*a):\n    return 0"})


@case(KIND)
def a_stub_that_was_copied_to_the_end(paper):
    """The answer is right; a copy of the stub lies at the end, with the mark and once more without it."""
    text = paper.source("normalize")
    stub(paper, "normalize")
    copy = dict(paper.cell("normalize"))
    paper.answer("normalize", text)
    paper.cells[len(paper.cells) :] = [
        copy | {"id": "copy"},
        own(copy["source"]),
        own(f"def normalize(*a):\n    {STUB}"),
    ]


@case(KIND)
def the_exercises_from_the_last_to_the_first(paper):
    """The cells stand in the opposite order."""
    paper.cells.reverse()


@case(KIND)
def the_imports_at_the_end(paper):
    """The first cell of code was moved to the end."""
    first = next(cell for cell in paper.cells if cell["id"] == "imports")
    paper.cells.remove(first)
    paper.cells.append(first)


@case(KIND)
def a_helper_below_the_check(paper):
    """A helper of the answer is defined below the check."""
    paper.answer("normalize", "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / root(var + eps)")
    behind(paper, "normalize-check", "def root(x):\n    return np.sqrt(x)")


@case(KIND)
def imports_of_ones_own_at_the_end(paper):
    """The answer needs a module that is imported at the end."""
    paper.answer("normalize", "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / numpy.sqrt(var + eps)")
    paper.last("import numpy")


def _elsewhere(name, says, source):
    """Declare a case whose answer stands in a cell of one's own, above the stub and below the check."""

    def above(paper):
        stub(paper, "normalize")
        before(paper, "normalize", source)

    def below(paper):
        stub(paper, "normalize")
        behind(paper, "normalize-check", source)

    for spoil, place in ((above, "above its stub"), (below, "below its check")):
        spoil.__name__ = f"{name}_{spoil.__name__}"
        spoil.__doc__ = f"{says} It stands in a cell of one's own {place}."
        case(KIND)(spoil)


_DEF = f"def mine(x, mean, var, eps=1e-3):\n    return {RIGHT}\n\n"
for _name, _says, _source in [
    ("a_lambda", "The answer is a lambda.", LAMBDA),
    ("an_assigned_name", "The answer has another name, and is assigned.", f"{_DEF}normalize = mine"),
    ("a_pair_of_names", "The answer is assigned together with something else.", f"{_DEF}normalize, other = mine, 3"),
    ("a_walrus", "The answer is bound in an expression.", f"{_DEF}print(normalize := mine)"),
    ("an_answer_in_an_if", "The answer is defined in an if.", "if True:\n    " + LAMBDA),
    ("an_answer_in_a_loop", "The answer is bound by a loop.", f"{_DEF}for normalize in [None, mine]:\n    pass"),
    ("an_answer_of_a_factory", "The answer is made by another function.",
     "def make(power):\n    def inner(x, mean, var, eps=1e-3):\n        return (x - mean) * (var + eps) ** power\n"
     "    return inner\n\nnormalize = make(-0.5)"),
    ("a_global_name", "The answer is a global name that a function binds.",
     f"{_DEF}def install():\n    global normalize\n    normalize = mine\n\ninstall()"),
    ("an_answer_by_exec", "The answer is defined by exec.", f"exec('''{_DEF}normalize = mine''')"),
    ("an_answer_among_the_globals", "The answer is put among the globals.", f"{_DEF}globals()['normal' 'ize'] = mine"),
    ("a_timed_cell", "The answer stands in a cell that is timed.", f"%%time\n{LAMBDA}"),
    ("a_line_of_magic", "The answer stands below lines of magic.", f"%matplotlib inline\nfiles = !ls\n{LAMBDA}\nlen?"),
    ("a_magic_of_two_lines", "The answer stands below a magic of two lines, and a text that is filled in.",
     f"!echo one \\\n    two\nfiles = !ls \\\n  .\nprint('%d of %d'\n      % (1, 2))\n{LAMBDA}"),
]:  # fmt: skip
    _elsewhere(_name, _says, _source)


@case(KIND)
def an_answer_that_keeps_its_stub(paper):
    """The answer stands in a cell of one's own below the stub, which that cell keeps under another name first."""
    stub(paper, "normalize")
    behind(paper, "normalize", f"as_it_was = normalize\n\n{LAMBDA}")


@case(KIND)
def an_answer_in_a_decorator_of_its_stub(paper):
    """A wrong try stands above the stub; that got a decorator, which has the right answer."""
    stub(paper, "normalize")
    text = paper.source("normalize")
    wrong = "def normalize(x, mean, var, eps=1e-3):\n    return 0 * x\n\n"
    before(paper, "normalize", f"{wrong}def done(f):\n    {LAMBDA}\n    return normalize")
    paper.answer("normalize", f"@done\n{text}")


@case(KIND)
def no_marks(paper):
    """The notebook has lost its marks."""
    unmarked(paper, ids=False)


@case(KIND)
def no_marks_and_a_lambda(paper):
    """The notebook has lost its marks and ids, and an answer is a lambda."""
    paper.answer("normalize", LAMBDA)
    unmarked(paper)


@case(KIND)
def no_marks_and_one_cell(paper):
    """The notebook has lost its marks and ids, and all answers stand in one cell; the stubs are still there."""
    text = answers(paper)
    stub(paper)
    paper.first(text)
    unmarked(paper)


@case(KIND)
def no_marks_and_changed_given_code(paper):
    """The notebook has lost its marks and ids, and the first cell imports more."""
    next(cell for cell in paper.cells if cell["id"] == "imports")["source"] += "\nimport math"
    unmarked(paper)


@case(KIND, ["normalize"])
def an_answer_that_is_nowhere(paper):
    """The cell of one answer was deleted; the others are right."""
    drop(paper, "normalize")


@case(KIND, ["normalize"])
def a_definition_that_stops(paper):
    """The cell of one answer stops before it defines the function; its stub would have stood there."""
    paper.answer("normalize", f"1 / 0\n{LAMBDA}")
