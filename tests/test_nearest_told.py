"""Of several changes that make an answer right, the one is told that repairs what is wrong, where it is wrong."""

import re

import pytest
from written_cells import said

from bncourse.checking.rewriting.changes import Changes

_STEPS = """
def gradient_check(forward, backward, x, gamma, beta):
    dout = np.random.default_rng(0).normal(size=x.shape)
    given = [x, gamma, beta]
    claims = backward(dout, *given)
    for n in range(3):
        numeric = np.zeros(given[n].shape)
        for i in np.ndindex(numeric.shape):
            up = [a.copy() for a in given]
            down = [a.copy() for a in given]
            up[n][i] += {step}
            down[n][i] -= {step}
            numeric[i] = np.sum(dout * forward(*up) - dout * forward(*down)) / {step}
        error = np.linalg.norm(claims[n] - numeric)
        if not error <= 1e-5 * np.linalg.norm(numeric):
            return False
    return True
"""
_SLOPE = """
def slope(f, v, h=1e-5):
    g = np.empty(v.shape)
    for i in np.ndindex(v.shape):
        up, down = v.copy(), v.copy()
        up[i] += h
        down[i] -= h
        g[i] = {slope}
    return g

def close(a, b):
    return bool(np.linalg.norm(a - b) <= 1e-5 * np.linalg.norm(b))

def gradient_check(forward, backward, x, gamma, beta):
    dout = np.random.default_rng(0).normal(size=x.shape)
    dx, dgamma, dbeta = backward(dout, x, gamma, beta)
    ok_x = close(dx, slope(lambda v: (dout * forward(v, gamma, beta)).sum(), x))
    ok_gamma = close(dgamma, slope(lambda v: (dout * forward(x, v, beta)).sum(), gamma))
    ok_beta = close(dbeta, slope(lambda v: (dout * forward(x, gamma, v)).sum(), beta))
    return ok_x and ok_gamma and ok_beta
"""
_STAGES = """
def input_gradient_staged(dout, x, gamma, eps=1e-3):
    m = len(x)
    centred = x - x.mean(axis=0)
    total = (centred**2).mean(axis=0) + eps
    dx_hat = dout * gamma
    dvar = (dx_hat * centred).sum(axis=0) * {slope} * total**-1.5
    dmean = -(dx_hat / np.sqrt(total)).sum(axis=0)
    dx = dx_hat / np.sqrt(total) + {spread} + dmean / m
    return dx_hat, dvar, dmean, dx
"""

# exercise, text, where it is said to be, and the change
TOLD = {
    "a factor that a helper leaves out": (
        "gradient_check",
        _SLOPE.format(slope="(f(up) - f(down)) / h"),
        "slope(), line 7",
        "`h` multiplied by `2`",
    ),
    "a sign that a helper has wrong": (
        "gradient_check",
        _SLOPE.format(slope="(f(down) - f(up)) / (2 * h)"),
        "slope(), line 7",
        "`f(down) - f(up)`",
    ),
    "a factor that is missing beside a number": (
        "gradient_check",
        _STEPS.format(step="1e-5"),
        "gradient_check(), line 12",
        "`2 * 1e-5` in place of `1e-5`",
    ),
    "another step": (
        "gradient_check",
        _STEPS.format(step="1e-6"),
        "gradient_check(), line 12",
        "`2 * 1e-6` in place of `1e-6`",
    ),
    "a factor that is missing beside a divisor": (
        "input_gradient_staged",
        _STAGES.format(slope="-0.5", spread="dvar * centred / m"),
        "input_gradient_staged(), line 8",
        "`dvar * centred / m` multiplied by `2`",
    ),
    "a sign of a number": (
        "input_gradient_staged",
        _STAGES.format(slope="0.5", spread="dvar * 2 * centred / m"),
        "input_gradient_staged(), line 6",
        "`-0.5` in place of `0.5`",
    ),
    "the name of another loop": (
        "combine_moments",
        """
        def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
            shards = [(mean_a, var_a, n_a), (mean_b, var_b, n_b)]
            total = 0
            mean = np.zeros(len(mean_a))
            for shard_mean, shard_var, n in shards:
                total += n
                mean = mean + n * shard_mean
            mean = mean / total
            within = np.zeros(len(mean_a))
            between = np.zeros(len(mean_a))
            for shard_mean, shard_var, size in shards:
                within += size * shard_var / total
                between += n * (shard_mean - mean) ** 2 / total
            return mean, within + between
        """,
        "combine_moments(), line 13",
        "`size` in place of `n`",
    ),
    "one less in place of one more": (
        "domain_auc",
        """
        def midranks(values):
            return np.array([(values < v).sum() + ((values == v).sum() + 1) / 2 for v in values])

        def domain_auc(source_scores, target_scores):
            n, m = len(target_scores), len(source_scores)
            ranks = midranks(np.concatenate([target_scores, source_scores]))
            u = ranks[:n].sum() - n * (n - 1) / 2
            return u / (n * m)
        """,
        "domain_auc(), line 4",
        "`+` in place of `-` in `n - 1`",
    ),
    "a line too much": (
        "clip_weights",
        """
        def clip_weights(weights, most):
            w = np.clip(weights, 0, most)
            w = w / w.mean()
            w = np.clip(w, 0, most)
            return w
        """,
        "clip_weights(), line 4",
        "`w = np.clip(w, 0, most)` left out",
    ),
    "another line too much": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            m, v = x.mean(axis=0), x.var(axis=0)
            z = (x - m) / np.sqrt(v + eps)
            z = np.tanh(z)
            return gamma * z + beta
        """,
        "batch_norm(), line 4",
        "`z = np.tanh(z)` left out",
    ),
}


@pytest.mark.parametrize(("name", "text", "where", "words"), TOLD.values(), ids=TOLD)
def test_the_change_is_told_that_is_nearest_and_where_it_is_wrong(name, text, where, words):
    sentence, verdict = said(name, text)
    told = re.search(r"come out right: in line \d+(?: of `\w+`)?, (.*?)\.(?: |$)", sentence)
    assert told and words in told[1], verdict.text()
    assert verdict.where.startswith(where), verdict.text()


def test_no_card_proposes_half_of_an_argument_for_a_term_that_a_class_adds_twice():
    text = """
    class Normalizer:
        def __init__(self, x, eps):
            self.mean = x.mean(axis=0)
            self.var = np.mean((x - self.mean) ** 2, axis=0) + eps
            self.eps = eps

        def __call__(self, x):
            return (x - self.mean) / np.sqrt(self.var + self.eps)

    def batch_norm(x, gamma, beta, eps=1e-3):
        x_hat = Normalizer(x, eps)(x)
        return x_hat * gamma + beta
    """
    sentence, verdict = said("batch_norm", text)
    assert "divided by `2`" not in sentence, verdict.text()
    assert "in line 4 of `Normalizer`, `np.mean((x - self.mean) ** 2, axis=0)` alone in place of" in sentence


def test_no_number_with_a_sign_stands_behind_another_sign():
    text = "def f(x, n):\n    return x[: n - 1] + (n + 2) * 0.5 - 1.5"
    words = [change.says for change in Changes(text)]
    assert not [each for each in words if re.match(r"`-[\d.]+` in place of `[\d.]+` in `[^`]* [-+] [\d.]+`$", each)]
    assert any("in place of `-` in `n - 1`" in each for each in words)


def test_a_call_with_a_star_leaves_the_other_forms_readable():
    text = "def f(g, a, b):\n    return 2 * g(*a) - g(*b) / 3"
    changes = Changes(text)
    compile(changes.source(list(changes)), "<forms>", "exec")


def test_a_row_of_the_input_is_not_called_right_where_it_should_have_been_sorted():
    text = """
    def input_percentiles(inputs, percentages=(15, 50, 85)):
        steps, n = inputs.shape
        result = np.zeros((steps, len(percentages)))
        for t in range(steps):
            row = inputs[t]
            for k, p in enumerate(percentages):
                place = p / 100 * (n - 1)
                low = int(place)
                high = min(low + 1, n - 1)
                result[t, k] = row[low] + (place - low) * (row[high] - row[low])
        return result
    """
    sentence, verdict = said("input_percentiles", text)
    assert "`row` (line 5)" not in sentence, verdict.text()


def test_a_check_of_gradients_is_not_mended_by_other_inputs():
    text = """
    def gradient_check(forward, backward, x, gamma, beta):
        dout = np.random.default_rng(0).normal(size=x.shape)
        given = [x, gamma, beta]
        claims = backward(dout, *given)
        off, size = 0.0, 0.0
        for n in range(3):
            numeric = np.zeros(given[n].shape)
            for i in np.ndindex(numeric.shape):
                up = [a.copy() for a in given]
                down = [a.copy() for a in given]
                up[n][i] += 1e-5
                down[n][i] -= 1e-5
                numeric[i] = np.sum(dout * forward(*up) - dout * forward(*down)) / 2e-5
            off += np.sum((claims[n] - numeric) ** 2)
            size += np.sum(numeric**2)
        return bool(off**0.5 <= 1e-5 * size**0.5)
    """
    sentence, verdict = said("gradient_check", text)
    assert not re.search(r"in place of `(x|gamma|beta)`", sentence), verdict.text()
    assert verdict.outcome != "correct" and "one size for all" in verdict.text(), verdict.text()
