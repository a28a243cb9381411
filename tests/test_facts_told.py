"""What is known of a wrong answer without an idea behind it is told, and nothing beyond it."""

import textwrap

import pytest
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.lines import unused
from bncourse.checking.numbers.returned import of_the_returns

PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]

TOLD = {
    "an array of whole numbers": (
        "signal_variance",
        """
        def signal_variance(blocks, start, gain, gamma=None):
            skip, branch = np.full(blocks, int(start)), np.full(blocks, 0)
            for i in range(blocks):
                if i > 0:
                    skip[i] = skip[i - 1] + branch[i - 1]
                branch[i] = gain * skip[i] if gamma is None else gamma**2
            return skip, branch
        """,
        "The numbers are whole (type int64). An array of that type keeps no fractions.",
    ),
    "one number too many": (
        "signal_variance",
        """
        def signal_variance(blocks, start, gain, gamma=None):
            skip, branch = [start], []
            for _ in range(blocks):
                branch.append(gain * skip[-1] if gamma is None else gamma**2)
                skip.append(skip[-1] + branch[-1])
            return np.array(skip), np.array(branch)
        """,
        "There is one number too many in skip, the last. The others are right here.",
    ),
    "a row too few": (
        "input_percentiles",
        """
        def input_percentiles(inputs, percentages=(15, 50, 85)):
            return np.array([np.percentile(row, percentages) for row in inputs[1:]])
        """,
        "The first place on axis 0 is missing in the table of percentiles.",
    ),
    "one way without a return": (
        "batch_norm_layer",
        """
        def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
            if training:
                mean, var = x.mean(axis=0), x.var(axis=0)
                running_mean = momentum * running_mean + (1 - momentum) * mean
                running_var = momentum * running_var + (1 - momentum) * var
                return gamma * (x - mean) / np.sqrt(var + eps) + beta, running_mean, running_var
            y = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
        """,
        "The function can come to its end, after line 7, without a `return`: the one in line 6 is inside",
    ),
    "four results in another order": (
        "mend_cancellation",
        """
        def mend_cancellation(x, running_mean, running_var, momentum=0.99):
            x = x.astype(float)
            mean, var = x.mean(0), x.var(0)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
            return running_mean, running_var, mean, var
        """,
        "All are right, but in another order: running_mean, running_var, mean, var.",
    ),
    "two rates exchanged": (
        "meeting_step",
        """
        def meeting_step(squared_norms, weights, fast_rate, slow_rate):
            far = np.sum(slow_rate / squared_norms)
            return int(np.ceil(far / (fast_rate / np.sum(weights**2))))
        """,
        "Your result is what the task gives with `fast_rate` and `slow_rate` in each other's place.",
    ),
    "a whole quotient": (
        "permutation_p_value",
        """
        def permutation_p_value(observed, permuted):
            return (1 + np.sum(permuted >= observed)) // (1 + len(permuted))
        """,
        "`/` in place of `//`",
    ),
}
"""Each fact, the answer that shows it, and words of the sentence."""


@pytest.mark.parametrize("name, text, words", TOLD.values(), ids=TOLD)
def test_what_an_answer_shows_is_told(name, text, words):
    _, verdict = said(name, text)
    assert words in " ".join(verdict.text().split()), verdict.text()


def test_two_arrays_that_are_exchanged_are_one_mistake():
    _, verdict = said(
        "residual_block",
        """
        def residual_block(x, x_hat, gamma, beta, dout):
            return x_hat + gamma * x + beta, gamma * dout, (dout * x).sum(axis=(0, 1, 2))
        """,
    )
    assert list(verdict.wrong_ideas) == ["x and x_hat exchanged"]


@pytest.mark.parametrize("exercise", PLAIN, ids=lambda e: e.name)
def test_what_no_right_answer_needs_is_not_called_needed(exercise):
    for right in exercise.right_answers:
        answer = DirectAnswer(right, exercise.name)
        assert not unused(exercise, answer.source), right.__name__


def test_a_function_that_returns_on_each_way_is_not_said_to_end_without():
    for body in ("return 1", "if a:\n    return 1\nelse:\n    return 2", "while True:\n    return 1", "raise KeyError"):
        source = "def f(a):\n" + textwrap.indent(body, "    ") + "\n"
        assert "come to its end" not in of_the_returns(source, "nothing"), body
    assert not of_the_returns("def f(a):\n    print(a)\n", "nothing")


@pytest.mark.parametrize(
    "body",
    [
        "return a.sort()\nprint(a)",
        "try:\n    return a.sort()\nexcept ValueError:\n    pass\nb = 1",
        "with np.errstate():\n    return a.sort()\nb = 1",
    ],
    ids=["before lines that never run", "in a try", "in a with"],
)
def test_a_return_that_is_in_no_branch_is_not_said_to_be_in_one(body):
    source = "def f(a):\n" + textwrap.indent(body, "    ") + "\n"
    assert "inside an `if`" not in of_the_returns(source, "nothing")


def test_maps_in_another_order_of_axes_are_not_called_unknown():
    """The values are those of right answers; what is wrong is how the axes come back."""
    _, verdict = said(
        "batch_norm_conv",
        """
        def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
            if data_format == "channels_first":
                x = np.transpose(x, (0, 2, 3, 1))
            m = x.mean((0, 1, 2), keepdims=True)
            v = ((x - m) ** 2).mean((0, 1, 2), keepdims=True)
            y = (x - m) / np.sqrt(v + eps) * gamma + beta
            return np.transpose(y, (0, 2, 3, 1)) if data_format == "channels_first" else y
        """,
    )
    assert "first value" not in verdict.text(), verdict.text()


def test_a_result_that_is_wrong_is_not_cleared_by_a_right_answer_that_has_its_value_on_the_way():
    """The mean is on the way of a closed form, and is no dmean: both lines that average are shown, or neither."""
    _, verdict = said(
        "input_gradient_staged",
        """
        def input_gradient_staged(dout, x, gamma, eps=1e-3):
            mean, var = x.mean(0), x.var(0)
            total = var + eps
            dx_hat = gamma * dout
            dvar = 3 * np.mean(dx_hat * (x - mean) * -0.5 * total**-1.5, axis=0)
            dmean = np.mean(dx_hat * -(total**-0.5), axis=0)
            dx = dx_hat * total**-0.5 + dvar / 3 * 2 * (x - mean) + dmean
            return dx_hat, dvar, dmean, dx
        """,
    )
    assert "does what a line of a right answer known here does" not in verdict.text(), verdict.text()


@pytest.mark.parametrize("seed", range(5))
def test_no_change_by_a_rate_makes_up_for_a_step_too_many(seed):
    """The slow run's effective rate is above 1 in a case, so it cannot stand for the rounding."""
    text = """
    def meeting_step(squared_norms, weights, fast_rate, slow_rate):
        total = np.sum(fast_rate / squared_norms)
        per_step = slow_rate / np.sum(weights**2)
        return int(total / per_step - per_step) + 1
    """
    verdict = judge(exercises.find("meeting_step"), DirectAnswer(written("meeting_step", text), "meeting_step"), seed)
    assert verdict.outcome == "not yet"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("most", [1_000, 1_009, 2_000])
def test_a_bound_that_was_guessed_is_too_small_for_some_run(seed, most):
    text = f"""
    def meeting_step(squared_norms, weights, fast_rate, slow_rate):
        goal, step = np.sum(fast_rate / squared_norms), slow_rate / np.sum(weights**2)
        for n in range(1, {most}):
            if n * step >= goal:
                return n
        return {most}
    """
    verdict = judge(exercises.find("meeting_step"), DirectAnswer(written("meeting_step", text), "meeting_step"), seed)
    assert verdict.outcome == "not yet"
    assert "in place of `1000`" not in verdict.text()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("width", [2e-5, 2e-4, 2e-3])
def test_scores_that_are_only_near_are_no_tie_on_either_side(seed, width):
    text = f"""
    def domain_auc(source_scores, target_scores):
        d = target_scores[:, None] - source_scores
        return np.mean(np.where(np.abs(d) < {width}, 0.5, d > 0))
    """
    below = text.replace("np.abs(d)", "np.where(d < 0, -d, np.inf)").replace("0.5, d > 0", "0.5, np.sign(d) / 2 + 0.5")
    for each in (text, below):
        _, verdict = said("domain_auc", each, seed)
        assert verdict.outcome == "not yet"


def test_the_line_is_shown_in_which_an_input_is_used_in_the_wrong_way_and_not_its_loop():
    """An input is given by the task, so no line of the answer has given it a wrong value."""
    _, verdict = said(
        "fold_into_dense",
        """
        def fold_into_dense(kernel, bias, gamma, beta, mean, var, eps=1e-3):
            k, b = np.zeros_like(kernel), np.zeros_like(bias)
            for j in range(len(bias)):
                s = gamma[j] / np.sqrt(var[j] + eps)
                k[:, j] = kernel[:, j] * s
                b[j] = (bias[j] - mean[j]) * gamma[j] + beta[j]
            return k, b
        """,
    )
    assert "line 6" in verdict.where and "line 3" not in verdict.where, verdict.where


def test_what_the_task_does_not_need_is_not_missed():
    """AdaBN is given the running statistics, and needs none of them."""
    _, verdict = said(
        "adapt_statistics",
        """
        def adapt_statistics(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
            x = np.concatenate(list(x_target))
            return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta
        """,
    )
    assert "never looks at" not in verdict.text(), verdict.text()


def test_a_change_that_makes_all_right_is_told_before_one_that_makes_one_part_right():
    _, verdict = said(
        "moving_average",
        """
        def moving_average(running, batch, momentum=0.99, convention="keras"):
            old, new = (momentum, 1 - momentum) if convention == "keras" else (1 - momentum, momentum)
            return np.array([old * a - new * b for a, b in zip(running, batch, strict=True)])
        """,
    )
    assert "line 3" in verdict.where and "line 2" not in verdict.where, verdict.text()


def test_a_right_result_that_comes_back_twice_is_not_wrong_where_it_is_made():
    _, verdict = said(
        "input_gradient_staged",
        """
        def input_gradient_staged(dout, x, gamma, eps=1e-3):
            mean, var = x.mean(axis=0), x.var(axis=0, keepdims=True)
            dx_hat = dout * gamma.reshape(1, -1)
            dvar = (dx_hat * (x - mean)).sum(axis=0) * -0.5 * (var + eps) ** -1.5
            dmean = -(dx_hat / np.sqrt(var + eps)).sum(axis=0)
            dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / len(x) + dmean / len(x)
            return dx_hat, dx_hat, dmean, dx
        """,
    )
    assert "line 3" not in verdict.where, verdict.text()
