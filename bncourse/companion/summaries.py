"""Each notebook on one card: what to look up, in formulas and words."""

SUMMARIES = {
    "00": (
        ("Run a cell", "Shift+Enter; *Kernel*, *Restart* when in doubt"),
        ("A check", '`check.NAME(NAME)`, `check.hint("NAME")`, `check.case("NAME")`, `check.solution("NAME")`'),
        ("Standardize", "`(x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)`"),
        ("Condition number", "largest curvature / smallest; 1 is round, large is slow"),
        ("Its limit", "columns are treated alone: correlated ones stay a problem"),
    ),
    "01": (
        ("Covariate shift", "p(x) changes, p(y given x) stays"),
        ("Label shift", "p(y) changes, p(x given y) stays"),
        ("Concept drift", "p(y given x) changes, and not through p(y) alone"),
        (
            "Domain classifier",
            "AUC 0.5: its scores put neither side higher; 1: each of the target above each of the source",
        ),
        ("Permutation p-value", "(1 + permuted values at least as large) / (1 + permutations)"),
        ("Many tests", "divide the level by their number (Bonferroni)"),
        ("An alarm", "says that inputs changed, not that the model suffers"),
    ),
    "02": (
        ("Importance weight", "`w(x) = p_target(x) / p_source(x)`"),
        ("From a classifier", "`exp(logit) * n_source / n_target`"),
        ("Weighted risk", "`(w * loss).sum() / w.sum()`"),
        ("Effective size", "`w.sum()**2 / (w**2).sum()`"),
        ("Clip", "`np.minimum(w, most)`, then divide by the mean"),
        ("Label shift", "solve `confusion @ w = predicted`"),
        (
            "They help",
            "where the source has some of all that the target has, and the model is too simple for all of it",
        ),
    ),
    "03": (
        ("Internal covariate shift", "the distribution of a network's activations changes as its parameters learn"),
        ("Percentiles", "`np.percentile(inputs, [15, 50, 85], axis=1).T`, a row for each step"),
        ("Drift", "range of the median / mean width of the band"),
        ("Compare networks", "each at its own best learning rate, of those that were tried"),
        (
            "Without batch norm",
            "standardized inputs, larger weights at the start and ReLU took most of batch norm's gain away",
        ),
    ),
    "04": (
        ("Mean, variance", "`x.mean(axis=0)`, `((x - mean)**2).mean(axis=0)`: over the batch, divided by n"),
        ("Normalize", "`x_hat = (x - mean) / np.sqrt(var + eps)`"),
        ("Scale and shift", "`y = gamma * x_hat + beta`"),
        ("Images", "one mean for each channel: axes (0, 1, 2) in NHWC, (0, 2, 3) in NCHW"),
        ("Default eps", "Keras 1e-3, PyTorch 1e-5"),
        ("The bias before it", "is redundant: the mean takes it away, beta does its work"),
    ),
    "05": (
        ("Gamma, beta", "`dgamma = (dout * x_hat).sum(axis=0)`, `dbeta = dout.sum(axis=0)`"),
        ("Three ways to x", "directly, through the variance, through the mean: they add up"),
        ("In one line", "`gamma / root * (dout - dout.mean(0) - x_hat * (dout * x_hat).mean(0))`"),
        ("Over the batch", "dx adds up to 0"),
        ("Gradient check", "random dout, more than two examples, gamma not 1"),
    ),
    "06": (
        ("While training", "mean and variance of the batch; running ones move"),
        ("Afterwards", "running mean and variance; they stay"),
        ("Keras", "`running = momentum * running + (1 - momentum) * batch`"),
        ("PyTorch", "`running = (1 - momentum) * running + momentum * batch`"),
        ("Late statistics", "after n updates the start still weighs `momentum**n`"),
        ("Fold", "`factor = gamma / np.sqrt(var + eps)`; kernel times factor, bias `(bias - mean) * factor + beta`"),
    ),
    "07": (
        ("A block", '`Dense(64, use_bias=False)`, `BatchNormalization()`, `Activation("relu")`'),
        ("Parameters", "4C for C units, 2C of them trainable"),
        ("Freeze", "`layer.trainable = False`, then `compile`, then `fit`"),
        ("Not enough", "`training=False` when a functional model is built: Keras 3.15's `fit` overrides it"),
        (
            "PyTorch",
            "`weight`, `bias`, `running_mean`, `running_var` (kept: n / (n - 1) times; copied: same y); "
            "momentum 1 - Keras's",
        ),
    ),
    "08": (
        (
            "Scale invariance",
            "`f(a W) = f(W)` before batch norm, a > 0, with the statistics of the batch, except for eps",
        ),
        ("Its gradient", "at `a W` it is 1/a of that at `W`"),
        ("One step", "`|W|² + lr² |gradient|²`: the weights grow, except for eps"),
        ("Effective rate", "`lr / |W|²`"),
        ("Seen here", "larger rates; ReLU smoother on average; speed in spite of drift; some noise helps"),
        ("Left open", "which of these is *the* cause"),
    ),
    "09": (
        ("Batch norm", "over the batch, for each feature"),
        ("Layer norm", "over the features, for each example"),
        ("Instance norm", "over the places, for each image and channel"),
        ("Group norm", "over the places and a group of channels, for each image"),
        ("RMSNorm", "`gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)`"),
        ("Two shards", "variance within + variance between their means"),
        ("AdaBN", "the target's mean and variance; gamma and beta stay"),
    ),
    "10": (
        ("A test looks at", "the output, both running statistics, the output at inference, three gradients"),
        ("On numbers that tell", "eps 0.1, momentum 0.7, gamma and beta drawn at random, a large mean, maps"),
        ("Tame numbers hide", "gamma 1, beta 0, eps 1e-5, momentum 0.5, a dout of ones"),
        ("Accept", "every right one: compare with `np.allclose`, not digit by digit"),
    ),
    "11": (
        ("A block", "`x + branch(x)`; independent parts, so their variances add up"),
        ("Nothing at its end", "each block multiplies the skip by `1 + gain`"),
        (
            "Batch norm at its end",
            "each block adds `gamma**2` to the skip; with gamma 1, deep down, the branch is about 1 part in k",
        ),
        ("Gamma 0, scalar 0", "the block starts as the identity; gamma has a gradient, what is below it has none"),
        ("Fold behind", "conv, then batch norm, with nothing between: at the border too"),
        ("Fold before", "batch norm, then conv: scale the channels in; pad with `-shift / scale`"),
        ("Frozen", "`scale * x + shift`; the gradient is `scale * dout`"),
        ("Fine-tune", "freeze, compile, train the head; unfreeze all but batch norm, compile, small rate"),
    ),
}
