"""The judge on answers of every strange kind: each gets a clear sentence of its own."""

import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sampled import one_in

from bncourse import exercises
from bncourse.checking import Case, DirectAnswer, Exercise, Fault, Quiz, Reply, judge

NORMALIZE = exercises.find("normalize")
EVERY = map(exercises.find, exercises.names())
FUNCTIONS = [each for each in EVERY if not isinstance(each, Quiz) and not each.driver]


def right(x, mean, var, eps=1e-3):
    return (x - mean) / np.sqrt(var + eps)


def verdict_of(answer, exercise=NORMALIZE):
    return judge(exercise, DirectAnswer(answer, exercise.name))


def said_of(answer, exercise=NORMALIZE):
    return " ".join(verdict_of(answer, exercise).text().split())


def test_nothing_returned_asks_for_the_return():
    def forgets(x, mean, var, eps=1e-3):
        right(x, mean, var, eps)

    verdict = verdict_of(forgets)
    assert verdict.outcome == "not yet"
    assert "is a `return` missing?" in verdict.text()


@pytest.mark.parametrize("kind", [list, str, dict, object, complex])
def test_a_result_of_the_wrong_kind_is_told_what_it_is(kind):
    def strange(x, mean, var, eps=1e-3):
        result = right(x, mean, var, eps)
        return {
            list: result.tolist(),
            str: str(result),
            dict: {"x_hat": result},
            object: object(),
            complex: result + 0j,
        }[kind]

    said = said_of(strange)
    assert "NOT YET" in said and "What probably happened" in said
    assert {list: "list", str: "text", dict: "dictionary", object: "object", complex: "complex"}[kind] in said


def test_a_wrong_shape_is_told_before_the_values():
    assert "x_hat should have the shape (7, 5)" in said_of(
        lambda x, mean, var, eps=1e-3: right(x, mean, var, eps).T * 0
    )


def test_a_longer_array_that_broadcasts_to_equal_is_not_accepted():
    def stacked(x, mean, var, eps=1e-3):
        return np.stack([right(x, mean, var, eps)] * 2)

    assert verdict_of(stacked).outcome == "not yet"


def test_whole_numbers_are_told_that_the_fractions_are_gone():
    assert "fractions were cut off" in said_of(lambda x, mean, var, eps=1e-3: right(x, mean, var, eps).astype(int))


def test_nan_is_told_apart_from_wrong_values():
    def divides_by_zero(x, mean, var, eps=1e-3):
        return (x - mean) / (0 * var)

    assert "x_hat should be finite" in said_of(divides_by_zero)


def test_an_error_is_told_with_its_line_and_what_it_means():
    def misspelled(x, mean, var, eps=1e-3):
        centred = x - mean
        return centred / np.sqroot(var + eps)

    verdict = verdict_of(misspelled)
    assert verdict.outcome == "stopped"
    assert "AttributeError" in verdict.text()
    assert verdict.where == "misspelled(), line 3: return centred / np.sqroot(var + eps)"
    assert "Is it spelled right?" in " ".join(verdict.text().split())


def test_missing_parameters_are_told_the_signature():
    assert "normalize(x, mean, var, eps=0.001)" in said_of(lambda x: x)


@pytest.mark.parametrize("error", [SystemExit, RecursionError, MemoryError, Exception])
def test_no_exception_escapes_the_check(error):
    def stops(x, mean, var, eps=1e-3):
        raise error

    assert verdict_of(stops).outcome == "stopped"


def test_an_exception_whose_own_text_fails_is_told_by_its_name():
    class Broken(Exception):
        def __str__(self):
            raise ValueError("no text")

    def stops(x, mean, var, eps=1e-3):
        raise Broken

    assert "Broken" in verdict_of(stops).text()


def test_an_interrupt_by_the_learner_is_not_swallowed():
    def waits(x, mean, var, eps=1e-3):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict_of(waits)


def test_prints_and_warnings_are_held_back_and_cost_nothing(capsys):
    def chatty(x, mean, var, eps=1e-3):
        print("step 1\n" * 100_000)
        print("to the error stream", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        np.log(np.zeros(1))
        return right(x, mean, var, eps)

    verdict = verdict_of(chatty)
    assert verdict.outcome == "correct"
    assert capsys.readouterr() == ("", "")
    assert "'step 1'" in verdict.text() and "careful" in verdict.text()
    assert len(verdict.text()) < 3_000


def test_changing_the_input_in_place_is_named():
    def overwrites(x, mean, var, eps=1e-3):
        x -= mean
        x /= np.sqrt(var + eps)
        return x

    assert "x overwritten in place." in said_of(overwrites)


def test_changing_a_parameter_in_place_is_told():
    def overwrites(x, mean, var, eps=1e-3):
        result = right(x, mean, var, eps)
        var += eps
        return result

    assert "should leave var as it was" in said_of(overwrites)


@pytest.mark.parametrize("catches", [(), (Exception,)])
def test_an_endless_loop_is_stopped_and_told_so(catches):
    def endless(x):
        while True:
            try:
                while True:
                    pass
            except catches:
                pass

    exercise = Exercise(
        notebook="00", reference=lambda x: x, name="endless", asks="end", hints=["h"], seconds=0.2,
        cases=lambda rng: [Case("one", (np.ones(3),))],
    )  # fmt: skip
    verdict = verdict_of(endless, exercise)
    assert verdict.outcome == "stopped"
    assert "endless did not answer within 0.2 seconds" in verdict.text()


@pytest.mark.parametrize("value", [np.ones(3), 3.0, "normalize", [1]])
def test_what_is_not_a_function_is_told_how_to_call_the_check(value):
    said = said_of(value)
    assert "check.normalize(normalize)" in said and "a function" in said


@pytest.mark.parametrize("value", [None, ...])
def test_a_placeholder_is_not_started(value):
    assert verdict_of(value).outcome == "not started"


def test_a_stub_is_not_started_and_no_failure():
    def raises(x, mean, var, eps=1e-3):
        raise NotImplementedError

    def empty(x, mean, var, eps=1e-3):
        """Centre and scale each feature."""

    def dots(x, mean, var, eps=1e-3): ...

    for stub in (raises, empty, dots):
        verdict = verdict_of(stub)
        assert verdict.outcome == "not started" and verdict.score == 0.0
        assert "NOT YET" not in verdict.text()


def test_code_above_a_forgotten_placeholder_is_told_to_delete_it():
    def written(x, mean, var, eps=1e-3):
        x_hat = right(x, mean, var, eps)
        raise NotImplementedError
        return x_hat

    verdict = verdict_of(written)
    assert verdict.outcome == "stopped"
    assert verdict.where == "written(), line 3: raise NotImplementedError" and "Delete it." in verdict.text()


def test_a_call_of_a_function_that_is_not_written_is_told_so():
    def normalize_part(x):
        raise NotImplementedError

    def calls_a_stub(x, mean, var, eps=1e-3):
        return normalize_part(x)

    verdict = verdict_of(calls_a_stub)
    assert verdict.where == "calls_a_stub(), line 2: return normalize_part(x)"
    assert "calls a function that is not written yet" in said_of(calls_a_stub)


def test_a_call_inside_the_answer_with_too_few_arguments_is_not_blamed_on_the_signature():
    def deviation(var, eps):
        return np.sqrt(var + eps)

    def forgets_eps(x, mean, var, eps=1e-3):
        return (x - mean) / deviation(var)

    said = said_of(forgets_eps)
    assert "wants other arguments" in said and "in that order" not in said


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda x, mean, var, eps=1e-3: (x - mean) / (var + eps) ^ 2, "In Python a power is written"),
        (lambda x, mean, var, eps=1e-3: (x - mean) / sqrt(var + eps), "np.sqrt"),  # noqa: F821 - as a learner does
    ],
)
def test_slips_of_python_are_told_by_what_to_write(write, says):
    assert says in said_of(write)


@pytest.mark.parametrize("name", ["scale_and_shift", "batch_norm"])
def test_a_matrix_product_in_place_of_numbers_is_told_in_words(name):
    def from_the_right(x, gamma, beta, eps=1e-3):
        return gamma @ x + beta

    def from_the_left(x, gamma, beta, eps=1e-3):
        return x @ gamma + beta

    for answer in (from_the_right, from_the_left):
        said = " ".join(verdict_of(answer, exercises.find(name)).text().split())
        assert "To multiply number by number, write `*`." in said
        assert "gufunc" not in said and "core dimension" not in said
    assert "matmul: the sizes 5 and 7 meet" in " ".join(
        verdict_of(from_the_right, exercises.find("batch_norm")).text().split()
    )


@pytest.mark.parametrize("exercise", one_in(3, FUNCTIONS), ids=lambda exercise: exercise.name)
def test_a_tick_stands_before_a_case_or_a_part_and_nothing_less(exercise):
    """A wrong answer whose shape is right reads of the shape, and not as praise."""
    cases = exercise.draw(0)
    for idea in exercise.wrong_ideas[:3]:
        verdict = judge(exercise, DirectAnswer(exercise.whole(idea), exercise.name), 0)
        assert set(verdict.passed) <= {case.label for case in cases} | {case.part for case in cases}


def test_a_right_shape_is_told_beside_wrong_numbers_where_nothing_passes():
    verdict = verdict_of(lambda x, mean, var, eps=1e-3: x * 0.0 + 1.5)
    assert not verdict.passed and "shape: (7, 5), which is right" in " ".join(verdict.text().split())


def test_a_card_of_an_answer_that_stopped_does_not_say_not_yet():
    def slow(x, mean, var, eps=1e-3):
        while True:
            pass

    quick = replace(exercises.find("normalize"), seconds=0.2)
    for answer, says in [(lambda *_, **__: 1 / 0, "did not run to its end"), (slow, "did not answer within 0.2")]:
        verdict = judge(quick, DirectAnswer(answer, "normalize"), 0)
        assert verdict.outcome == "stopped" and says in verdict.text()
        assert "not yet" not in (verdict.text() + verdict.html()).lower()


def test_a_kept_axis_is_accepted_and_mentioned():
    verdict = verdict_of(lambda x: x.mean(axis=0, keepdims=True), exercises.find("batch_mean"))
    assert verdict.outcome == "correct" and "(1, 5)" in " ".join(verdict.advice)


def test_a_part_that_is_right_keeps_its_points():
    def only_channels_last(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        x_hat = (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + eps)
        if data_format == "channels_first":
            raise ValueError("operands could not be broadcast together")
        return gamma * x_hat + beta

    verdict = verdict_of(only_channels_last, exercises.find("batch_norm_conv"))
    assert verdict.score == 1.0 and type(verdict.score) is float
    assert "channels_last" in verdict.passed


def test_the_same_answer_gets_the_same_verdict_twice():
    assert verdict_of(right) == verdict_of(right)


def test_two_ideas_that_meet_are_both_named():
    def both(x, gamma, beta, eps=1e-3):
        return beta * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + gamma

    verdict = verdict_of(both, exercises.find("batch_norm"))
    assert verdict.wrong_ideas == ("epsilon outside the root", "gamma and beta swapped")


def test_the_line_that_holds_the_idea_is_shown():
    def divides(x, mean, var, eps=1e-3):
        deviation = np.sqrt(var) + eps  # outside
        return (x - mean) / deviation

    assert verdict_of(divides).where == "divides(), line 2: deviation = np.sqrt(var) + eps  # outside"


def test_the_signature_and_the_docstring_are_never_shown_as_the_line_that_holds_the_idea():
    def fixed(x, mean, var, eps=1e-3):
        """Use eps=1e-3."""
        return (x - mean) / np.sqrt(var + 1e-3)

    verdict = verdict_of(fixed)
    assert verdict.wrong_ideas == ("epsilon written into the code",)
    assert verdict.where == "fixed(), line 3: return (x - mean) / np.sqrt(var + 1e-3)"


def test_a_constant_factor_that_no_idea_explains_is_told():
    assert "1.25 (5/4) times what is expected" in said_of(
        lambda x, mean, var, eps=1e-3: 1.25 * right(x, mean, var, eps)
    )


def test_a_tuple_where_a_number_is_wanted_is_told_of_the_comma():
    said = said_of(lambda share, momentum: (5,), exercises.find("steps_to_reach"))
    assert "should be a number" in said and "a comma makes a tuple" in said and "np.array" not in said


def test_an_answer_that_is_right_on_some_cases_only_is_told_which():
    def one_case(x, mean, var, eps=1e-3):
        return right(x, mean, var, eps) if len(x) > 1 else np.cos(x)

    assert "It is not for: a batch of one" in said_of(one_case)


class FarAway:
    """An answer on the other side of a wall: only plain values and arrays go to and fro."""

    kind, source, name = "function", "", "normalize"

    def __init__(self, function):
        self._function = function
        self.calls = 0

    def value(self):
        raise AssertionError("a function has no value")

    def call(self, arguments, options, *, seconds, driver=None):
        self.calls += 1
        if self._function is None:
            return Reply(fault=Fault("ConnectionError", "the other side is gone"))
        return Reply(value=self._function(*arguments, **options), arguments=arguments, options=options)


def test_a_check_does_not_know_on_which_side_of_a_wall_the_answer_lives():
    far = FarAway(right)
    assert judge(NORMALIZE, far).outcome == "correct"
    assert far.calls == len(NORMALIZE.draw(0))
    assert judge(NORMALIZE, FarAway(NORMALIZE.wrong_ideas[0].function)).wrong_ideas == ("divides by the variance",)
    assert judge(NORMALIZE, FarAway(None)).outcome == "stopped"


def test_the_line_that_holds_the_idea_is_not_the_signature():
    def hard_coded(x, mean, var, eps=1e-3):
        return (x - mean) / np.sqrt(var + 1e-3)

    assert verdict_of(hard_coded).where == "hard_coded(), line 2: return (x - mean) / np.sqrt(var + 1e-3)"


def test_results_that_are_stacked_come_in_their_order():
    exercise = exercises.find("affine_gradients")

    def stacked(dout, x_hat):
        return np.stack(exercise.reference(dout, x_hat))

    assert verdict_of(stacked, exercise).outcome == "correct"


@pytest.mark.parametrize(
    ("write", "says", "never"),
    [
        (lambda x, mean, var, eps=1e-3: (x - mean) / x.shape()[0], "without brackets after it", "spelled"),
        (lambda x, mean, var, eps=1e-3: np.zeros(len(x) / 2), "`//` a whole number", "axis"),
        (lambda x, mean, var, eps=1e-3: x.reshape(len(x) + 1, -1), "A reshape keeps every number", "spelled"),
        (lambda x, mean, var, eps=1e-3: x / np.product(x), "it is written np.prod", "spelled right"),  # noqa: NPY003, NPY201
        (lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps), "Give it its usual value", "must have them all"),
        (lambda x, mean, var, eps=1e-3: zip(x, mean)[0], "list(...) around it", "spelled"),  # noqa: B905
        (lambda x, mean, var, eps=1e-3: x[len(x)], "counting begins at 0", "batch"),
        (lambda x, mean, var, eps=1e-3: x - mean[:, 0], "a mean or a sum takes an axis away", "points outside"),
        (lambda x, mean, var, eps=1e-3: x[np.ones(len(x) + 1, bool)], "Print both shapes", "points outside"),
        (lambda x, mean, var, eps=1e-3: (x - mean) / np.sqrt(var + 1 / 0), "divided by zero", "one example only"),
    ],
)
def test_what_python_says_is_explained_and_nothing_is_guessed(write, says, never):
    said = " ".join(reason.says for reason in verdict_of(write).reasons)
    assert says in said and never not in said


def test_a_recursion_that_ends_is_not_called_endless():
    def deep(x, mean, var, eps=1e-3, left=100_000):
        return right(x, mean, var, eps) if not left else deep(x, mean, var, eps, left - 1)

    assert "without end" not in said_of(deep) and "more often than Python allows" in said_of(deep)


def test_an_error_that_nobody_can_explain_is_told_by_its_own_words_alone():
    class Odd(Exception):
        pass

    def stops(x, mean, var, eps=1e-3):
        raise Odd

    said = said_of(stops)
    assert "error: Odd" in said and "message above" not in said


def test_a_second_result_that_nobody_asked_for_is_told_to_be_left_out():
    def batch_norm(x, gamma, beta, eps=1e-3):
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        return gamma * x_hat + beta, {"x_hat": x_hat}

    said = said_of(batch_norm, exercises.find("batch_norm"))
    assert "Return that array alone" in said and "np.array(" not in said


def test_a_parameter_that_is_never_looked_at_is_told():
    def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        return np.cos(x) + gamma + beta + eps

    said = said_of(batch_norm_conv, exercises.find("batch_norm_conv"))
    assert "never looks at `data_format`" in said


def test_two_ideas_about_the_whole_function_combine_where_one_is_about_an_argument():
    def input_gradient(dout, x, gamma, eps=1e-3):
        return dout / np.sqrt(x.var(axis=0) + eps)

    verdict = verdict_of(input_gradient, exercises.find("input_gradient"))
    assert verdict.wrong_ideas == ("statistics as constants", "gamma without effect (1)")
    assert "Beside that, `gamma` has no effect" in " ".join(verdict.text().split())


@pytest.mark.parametrize("number", [1e-4, 1e-7])
def test_a_number_written_into_the_code_is_found_and_not_looked_up(number):
    def layer_norm(x, gamma, beta, eps=1e-3):
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma * (x - mean) / np.sqrt(var + number) + beta

    said = said_of(layer_norm, exercises.find("layer_norm"))
    assert f"eps={number:g} gives, whatever `eps` is passed" in said


def test_a_variance_in_one_pass_is_named_on_every_seed():
    def batch_variance(x, mean):
        n = len(x)
        return (np.sum(x * x, axis=0) - np.sum(x, axis=0) ** 2 / n) / n

    exercise = exercises.find("batch_variance")
    for seed in range(10):
        verdict = judge(exercise, DirectAnswer(batch_variance, exercise.name), seed)
        assert verdict.wrong_ideas == ("the mean of squares minus the square of the mean",)


def test_the_card_shows_no_code_of_a_family():
    verdict = verdict_of(NORMALIZE.wrong_ideas[0].function)
    assert verdict.reasons[0].code == "F1" and "(F1)" not in verdict.text() + verdict.html()
