"""Cases that lie to the judge, or keep it busy: it believes nothing, and what it does with told data has an end."""

from bncourse.battery.integrity import WALL
from bncourse.battery.papers import DRIVERS, case

KIND = "told"


def _declared(name, says, spoil, *spoils, **options):
    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, spoils, **options)(spoil)


# Text that the judge parses: each costs nothing but itself.
for _name, _says, _source in [
    ("six_thousand_functions_of_one_line", "A cell defines 6,000 functions, each on a line of its own.",
     "".join(f"def f{i}(x):0\n" for i in range(6_000))),
    ("six_thousand_classes_of_one_line", "A cell defines 6,000 classes.",
     "".join(f"class C{i}:0\n" for i in range(6_000))),
    ("a_hundred_thousand_names", "A cell is one name after the other, 99,000 times.", "a = 0\n" + "a;" * 99_000),
    ("a_sum_of_sixty_thousand_terms", "A cell is one line, a sum of 60,000 terms.", "x = " + "1+" * 60_000 + "1"),
    ("a_flood_of_minus_signs", "A cell is a number with 190,000 minus signs.", "x = " + "-" * 190_000 + "1"),
    ("a_flood_of_brackets", "A cell is 190,000 brackets that are never closed.", "(" * 190_000),
    ("sixty_thousand_decorators", "A function has 60,000 decorators.", "@a\n" * 60_000 + "def f(): pass"),
    ("an_attribute_of_an_attribute", "A cell asks for an attribute of an attribute, 90,000 times.",
     "a" + ".a" * 90_000 + " = 1"),
]:  # fmt: skip
    _declared(_name, _says, lambda paper, source=_source: paper.first(source))


@case(KIND)
def an_answer_with_a_line_without_end(paper):
    """A right answer holds a line of 150,000 brackets in a text, where the patterns of the bank look."""
    paper.inside("normalize", "said = '" + "sqrt(" * 30_000 + "'")


@case(KIND, ["normalize"])
def a_wrong_answer_with_a_line_without_end(paper):
    """A wrong answer is 190,000 characters long, and its wrong idea is looked for in each line."""
    paper.answer(
        "normalize",
        "def normalize(x, mean, var, eps=1e-3):\n    said = '" + "mean(" * 36_000 + "'\n    return x - mean",
    )


@case(KIND)
def pictures_of_all_cells_together(paper):
    """Ten cells display a picture of 7 MB each."""
    for _ in range(10):
        paper.first(
            "from IPython.display import publish_display_data\npublish_display_data({'image/png': 'A' * 7_000_000})"
        )


def _says_of_calls(name, says, told, *spoils, **options):
    """Declare a submission whose session answers each call with a frame of its own making."""
    source = (
        f"{WALL}import bncourse.sandbox.inside.cells as c\n"
        "def do_call(self, **asked):\n"
        f"    os.write(wall(), {told})\n"
        "    import time; time.sleep(30)\n"
        "c._Desk.do_call = do_call"
    )
    _declared(name, says, lambda paper: paper.first(source), *spoils, **options)


for _name, _says, _told in [
    ("a_type_that_divides_by_zero", "Each reply holds an array of the type m8[s/0], which ends NumPy's process.",
     "frame({'$': 'dict', 'items': [['value', {'$': 'array', 'dtype': 'm8[s/0]', 'shape': [1]}]]}, bytes(8))"),
    ("a_type_that_is_no_python", "Each reply holds an array of the type (1,,)f4.",
     "frame({'$': 'array', 'dtype': '(1,,)f4', 'shape': [1]}, bytes(4))"),
    ("an_array_of_nothing_and_thirty_million", "Each reply holds an array of the shape (0, 30,000,000).",
     "frame({'$': 'dict', 'items': [['value', {'$': 'array', 'dtype': '<f8', 'shape': [0, 30_000_000]}]]})"),
    ("a_text_of_characters_that_are_none", "Each reply holds texts with numbers that are no characters.",
     "frame({'$': 'dict', 'items': [['value', {'$': 'array', 'dtype': '<U2', 'shape': [1]}]]}, b'\\xff' * 8)"),
    ("a_number_of_four_thousand_digits", "Each reply holds a number of 4,000 digits.",
     "frame(b'{\"$\": \"dict\", \"items\": [[\"value\", ' + b'9' * 4_000 + b']]}')"),
    ("a_function_for_the_judge", "Each reply hands the judge a function to call.",
     "frame({'$': 'dict', 'items': [['value', {'$': 'handle', 'id': 0, 'parts': ['forward']}]]})"),
    ("a_million_parts", "Each reply is a list of a million empty lists.", "frame(b'[' + b'[],' * 999_999 + b'[]]')"),
    ("texts_of_nineteen_megabytes", "Each reply holds a text of 19 MB.",
     "frame({'$': 'dict', 'items': [['value', 'x' * 19_000_000]]})"),
]:  # fmt: skip
    _says_of_calls(_name, _says, _told, "batch_mean", "batch_variance", "normalize", "scale_and_shift", "batch_norm",
                   "batch_norm_conv")  # fmt: skip


@case(KIND, ["normalize"])
def a_change_in_place_is_hidden(paper):
    """An answer changes its inputs, and what compares them in the session says that they are the same."""
    paper.first("from bncourse.sandbox.inside import cells\ncells._same = lambda a, b: True\ncells._copy = lambda v: v")
    paper.answer(
        "normalize",
        "def normalize(x, mean, var, eps=1e-3):\n    x -= mean\n    x /= np.sqrt(var + eps)\n    return x.copy()",
    )


@case(KIND, "all")
def a_changed_argument_is_not_sent_back(paper):
    """An answer changes its inputs, and the session says nothing of them."""
    paper.first(
        "from bncourse.sandbox.inside import cells\nreal = cells._Desk.do_call\n"
        "def do_call(self, **asked):\n    return real(self, **asked) | {'arguments': {}, 'options': {}}\n"
        "cells._Desk.do_call = do_call"
    )
    paper.answer(
        "normalize", "def normalize(x, mean, var, eps=1e-3):\n    x -= mean\n    return x / np.sqrt(var + eps)"
    )


@case(KIND, ["find_bugs"], assignment=DRIVERS)
def errors_that_name_the_right_implementations(paper):
    """A test calls with too few arguments, and tells the right batch norms by the words of the error."""
    paper.answer(
        "find_bugs",
        "def find_bugs(bn):\n    try:\n        bn.forward()\n    except TypeError as error:\n"
        "        return 'written' in str(error)",
    )


@case(KIND, ["find_bugs"], assignment=DRIVERS)
def errors_that_only_some_implementations_raise(paper):
    """A test hands in lists, empty batches and odd shapes, and tells the right batch norms by which of them stop."""
    paper.answer(
        "find_bugs",
        "def find_bugs(bn):\n    kinds = []\n    one = np.ones(3)\n"
        "    for x in (np.ones((0, 3)), np.ones(3), np.ones((2, 4)), 'x', None, np.ones((2, 3), complex)):\n"
        "        try: bn.forward(x, one, one, one, one, 0.5, 0.1, True)\n"
        "        except Exception as error: kinds.append(f'{type(error).__name__} {error}')\n"
        "    seen = globals().setdefault('seen', kinds)\n    return seen == kinds",
    )


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def arrays_that_grow_where_they_meet(paper):
    """An answer hands the judge's function a column and a row, which make an array of 20 GB."""
    paper.inside("gradient_check", "forward(np.ones((50_000, 1)), np.ones((1, 50_000)), beta)")


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def a_gradient_of_nothing(paper):
    """An answer hands the judge's function arrays without numbers, whose means have 30 million."""
    paper.inside("gradient_check", "forward(np.zeros((0, 30_000_000)), gamma, beta)")


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def a_long_gradient_for_a_small_batch(paper):
    """An answer asks for the gradient of a small batch, with a gradient of the loss that is 100,000 long."""
    paper.inside("gradient_check", "backward(np.ones((25_000, 1, 2)), np.ones((200, 2)), gamma, beta)")
