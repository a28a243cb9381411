"""The line that a card shows is the one in which the mistake is: one that ran, and none that the card calls right."""

import re

import pytest
from written_cells import said

HEAD = "def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):"

# An answer, the line that is wrong in it, and whether one change repairs it.
LAYERS = {
    "in a loop, the other running statistic": (
        """
            y = np.zeros(x.shape)
            new_mean = running_mean.copy()
            new_var = running_var.copy()
            for k in range(x.shape[1]):
                if training:
                    mean = x[:, k].mean()
                    var = x[:, k].var()
                    new_mean[k] = momentum * running_mean[k] + (1 - momentum) * mean
                    new_var[k] = momentum * running_mean[k] + (1 - momentum) * var
                else:
                    mean = running_mean[k]
                    var = running_var[k]
                for i in range(x.shape[0]):
                    y[i, k] = gamma[k] * (x[i, k] - mean) / np.sqrt(var + eps) + beta[k]
            return y, new_mean, new_var
        """,
        10,
        True,
    ),
    "at once, the other running statistic": (
        """
            if training:
                mean = x.mean(axis=0)
                var = x.var(axis=0)
                new_mean = momentum * running_mean + (1 - momentum) * mean
                new_var = momentum * running_mean + (1 - momentum) * var
            else:
                mean = new_mean = running_mean
                var = new_var = running_var
            y = gamma * (x - mean) / np.sqrt(var + eps) + beta
            return y, new_mean, new_var
        """,
        6,
        True,
    ),
    "in a loop, the momentum the other way round": (
        """
            y = np.zeros(x.shape)
            new_mean, new_var = running_mean.copy(), running_var.copy()
            for k in range(x.shape[1]):
                if not training:
                    mean = running_mean[k]
                    var = running_var[k]
                else:
                    mean = x[:, k].mean()
                    var = x[:, k].var()
                    new_mean[k] = momentum * running_mean[k] + (1 - momentum) * mean
                    new_var[k] = (1 - momentum) * running_var[k] + momentum * var
                y[:, k] = gamma[k] * (x[:, k] - mean) / np.sqrt(var + eps) + beta[k]
            return y, new_mean, new_var
        """,
        12,
        False,
    ),
    "the mean of the batch in the place of its variance": (
        """
            y = np.zeros(x.shape)
            new_mean, new_var = running_mean.copy(), running_var.copy()
            for k in range(x.shape[1]):
                if training:
                    mean = x[:, k].mean()
                    var = x[:, k].var()
                    new_mean[k] = momentum * running_mean[k] + (1 - momentum) * mean
                    new_var[k] = momentum * running_var[k] + (1 - momentum) * mean
                else:
                    mean = running_mean[k]
                    var = running_var[k]
                y[:, k] = gamma[k] * (x[:, k] - mean) / np.sqrt(var + eps) + beta[k]
            return y, new_mean, new_var
        """,
        9,
        True,
    ),
    "the old variance counts by its square, in vectors": (
        """
            if not training:
                mean = new_mean = running_mean
                var = new_var = running_var
            else:
                mean = x.mean(axis=0)
                var = x.var(axis=0)
                new_mean = momentum * running_mean + (1 - momentum) * mean
                new_var = momentum**2 * running_var + (1 - momentum**2) * var
            y = gamma * (x - mean) / np.sqrt(var + eps) + beta
            return y, new_mean, new_var
        """,
        9,
        False,
    ),
}


@pytest.mark.parametrize(("body", "line", "is_one_change"), LAYERS.values(), ids=LAYERS)
def test_the_line_that_is_shown_is_the_wrong_one(body, line, is_one_change):
    body = "\n".join(row.removeprefix("        ") for row in body.strip("\n").rstrip(" ").splitlines())
    sentence, verdict = said("batch_norm_layer", f"{HEAD}\n{body}")
    shown = re.findall(r"line (\d+): ", verdict.where)
    assert shown == [str(line)], verdict.text()
    assert "in both" not in sentence, verdict.text()
    assert f"({shown[0]})" not in sentence.partition("So far it is right")[2].partition(".")[0], verdict.text()
    assert ("One change makes every case" in sentence) == is_one_change, verdict.text()


def test_where_two_branches_can_be_wrong_none_of_them_is_shown_alone():
    text = """
    def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        if data_format == "channels_last":
            places, shape = (1, 2), (1, 1, 1, -1)
        else:
            places, shape = (2, 3), (1, -1, 1, 1)
        mean = x.mean(axis=places).mean(axis=0).reshape(shape)
        var = x.var(axis=places).mean(axis=0).reshape(shape)
        scale = gamma.reshape(shape) / np.sqrt(var + eps)
        return (x - mean) * scale + beta.reshape(shape)
    """
    sentence, verdict = said("batch_norm_conv", text)
    assert "line 7" in sentence, verdict.text()
    assert not re.search(r"line [35]\b", sentence + verdict.where), verdict.text()
