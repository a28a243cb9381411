"""Quiz verdict_claims. What the experiments of the course support about batch norm, and what they leave open."""

from bncourse.checking import Quiz

SUPPORTED, CONTRADICTED, OPEN = "supported", "contradicted", "cannot tell"

verdict_claims = Quiz(
    name="verdict_claims",
    notebook="08-why-it-works",
    asks=f'Say of each claim whether the experiments here leave it "{SUPPORTED}", "{CONTRADICTED}", or "{OPEN}"',
    points=3,
    section="The verdict",
    hints=(
        'Read each claim to its last word: "always", "every" and "because" ask for more than one run can give. One '
        'clear counter-example makes a claim "contradicted".',
        "That two things happen together is not yet a cause. Where no experiment changes the one and holds the other, "
        f'the answer is "{OPEN}".',
        "Ask of each claim: which run would have come out otherwise if it were false? If there is none here, and the "
        f'formula of batch norm does not decide it either, the answer is "{OPEN}".',
    ),
)

verdict_claims.question(
    "larger_rates",
    "At learning rate 3 the ReLU network of three layers learns with batch norm and does not learn without it.",
    SUPPORTED,
    {
        CONTRADICTED: "In every run here the network without batch norm stayed below 30 % accuracy at this rate, and "
        "the one with batch norm came above 80 %.",
        OPEN: ("C4", "This claim is about what was run, and it came out the same in every run here. Only why is open."),
    },
    "Without batch norm it stays below 30 % accuracy, with it it passes 80 %.",
)

verdict_claims.question(
    "noise_after_batch_norm",
    "In the network of eight tanh layers, noise after batch norm makes the units' inputs drift several times as much "
    "as with plain batch norm, and the network still needs no more steps to 85 % than the one without batch norm.",
    SUPPORTED,
    {
        CONTRADICTED: (
            "C4",
            "Look at the two numbers again: the drift is more than four times that of batch norm, and in no run here "
            "did it take more steps than the network without batch norm.",
        ),
        OPEN: ("C4", "Both halves were measured: the drift of the units, and the steps to 85 %."),
    },
    "It speaks against the idea that this network needs little drift to be fast.",
)

verdict_claims.question(
    "speed_needs_little_drift",
    "Batch norm is fast only while the drift of the units' inputs, measured as here, stays small.",
    CONTRADICTED,
    {
        SUPPORTED: (
            "C4",
            "Batch norm does lower the drift, and it is fast; but in the tanh network the drift comes back with the "
            "noise, and the network is still fast. Two things that come together need not be cause and "
            "effect.",
        ),
        OPEN: (
            "C4",
            "The tanh network with noise tests this very claim: the drift, measured as here, is back, and the network "
            'is still fast. One counter-example is enough against "only". (Whether drift from training would '
            "do the same is open; the claim does not ask that.)",
        ),
    },
    "In the tanh network with noise the drift is large, and training is not slow.",
)

verdict_claims.question(
    "drift_never_matters",
    "Internal covariate shift has no part in how fast any network trains.",
    OPEN,
    {
        SUPPORTED: (
            "C4",
            "One kind of noise in one network shows that a large drift can go with fast training. It does not show "
            "that drift never slows any network; Awais et al. argue from experiments of their own that it has a part.",
        ),
        CONTRADICTED: (
            "C4",
            "No run here slows training by drift alone: in the ReLU network at learning rate 0.1 the noise did cost "
            "steps, but noise changes more than the drift.",
        ),
    },
    "Two networks and one measure of drift decide nothing about all networks: the dispute is open.",
)

verdict_claims.question(
    "smoother_on_average",
    "Averaged over the 300 steps after the start, at learning rate 0.1, the loss of the ReLU network of eight layers "
    "changes less along its gradient with batch norm.",
    SUPPORTED,
    {
        CONTRADICTED: "The range of the loss along the gradient, averaged over the looks after step 0, is more than "
        "three times smaller with batch norm, in nearly every run that we made.",
        OPEN: "It was measured: averaged over the looks after step 0, the range of the loss along the gradient is more "
        "than three times smaller with batch norm.",
    },
    "The claim names the network, the rate and the average, and so it holds; with sigmoids it comes out the other way.",
)

verdict_claims.question(
    "smoother_from_the_start",
    "In that network the loss is smoother with batch norm already at the first step.",
    CONTRADICTED,
    {
        SUPPORTED: (
            "C5",
            "Look at step 0 alone: there the loss is several times rougher with batch norm. The average over "
            "the steps after it leaves that out.",
        ),
        OPEN: "It was measured: at step 0 the range of the loss is several times larger with batch norm.",
    },
    "At initialization batch norm makes it rougher; only later is it smoother.",
)

verdict_claims.question(
    "smoothness_is_the_cause",
    "The network with batch norm trains faster because its loss is smoother.",
    OPEN,
    {
        SUPPORTED: (
            "C4",
            "Smoothness and speed were seen together. No run here makes the loss smoother and changes nothing else, so "
            'the word "because" is not earned.',
        ),
        CONTRADICTED: (
            "C4",
            "Nothing here shows that smoothness does not help this network: the sigmoid network that is fast without "
            "being smoother is another one.",
        ),
    },
    "They come together here; nothing shows which one brings about the other.",
)

verdict_claims.question(
    "a_standard_normal_output",
    "What batch norm gives out, before gamma and beta, is standard normal, and its features are uncorrelated.",
    CONTRADICTED,
    {
        SUPPORTED: (
            "C3",
            "Only the mean and the variance of each feature are set. Each feature is moved and stretched, so its "
            "histogram keeps its form, and two features stay as correlated as they were.",
        ),
        OPEN: (
            "C3",
            "The formula decides it: each feature is moved and stretched alone. That changes neither the form of its "
            "histogram nor its correlation with others.",
        ),
    },
    "Each feature gets mean 0 and variance 1, less where epsilon counts; its form and its correlations stay.",
)

verdict_claims.question(
    "undone_by_gamma_and_beta",
    "Gamma and beta can undo the normalization, so a network trains the same with batch norm as without.",
    CONTRADICTED,
    {
        SUPPORTED: (
            "C3",
            "They can restore what came in for one batch; the next one has another mean and variance. And with gamma "
            "and beta learned, the network with batch norm learns at a rate at which the other one does not.",
        ),
        OPEN: (
            "C3",
            "The networks with batch norm here had gamma and beta, and trained otherwise than those without: the "
            "learning rate 3 shows it.",
        ),
    },
    "For one batch they could undo it, for the next one no longer; and the networks train differently.",
)

verdict_claims.question(
    "always_more_accurate",
    "Batch norm always makes a network more accurate on data it has not seen.",
    CONTRADICTED,
    {
        SUPPORTED: (
            "C5",
            "One counter-example is enough: at learning rate 0.01 the ReLU network was less accurate with batch norm. "
            "Notebook 07 has another one on most seeds, after the first epoch with Adam.",
        ),
        OPEN: (
            "C5",
            '"Always" falls with one counter-example: at learning rate 0.01 the ReLU network was less accurate with '
            "batch norm. Notebook 07 has another one on most seeds, after the first epoch with Adam.",
        ),
    },
    "At learning rate 0.01 it was not; notebook 09 shows worse.",
)

verdict_claims.question(
    "gradients_that_grow",
    "In a deep ReLU network with batch norm, batches of 64 and no skip connections, the gradient at initialization "
    "grows by a factor of about 1.2 a layer on its way back.",
    SUPPORTED,
    {
        CONTRADICTED: (
            "C5",
            "It was measured over 50 layers: between 1.15 and 1.25 a layer with batch norm, under 1.05 without. Batch "
            "norm does not tame every gradient.",
        ),
        OPEN: "It was measured over 50 layers, and theory says the same: the root of pi / (pi - 1), about 1.21.",
    },
    "Over 50 layers that is a factor of some ten thousand.",
)

verdict_claims.question(
    "noise_that_regularizes",
    "In the network that learned from 500 digits in 300 steps, noise as large as that of 8 digits made it more "
    "accurate on unseen digits.",
    SUPPORTED,
    {
        CONTRADICTED: (
            "C5",
            "Ghost batches of 2 did harm, yet those of 8 were ahead of the whole batch, and so was noise that was "
            "drawn. The claim does not say that more noise is always better.",
        ),
        OPEN: (
            "C4",
            "One run adds drawn noise and keeps the statistics of the whole batch. It was ahead on unseen digits. "
            "(Of other networks these runs say nothing; the claim names one.)",
        ),
    },
    "Drawn noise helped as ghost batches of 8 did, with the same batches and the same rate.",
)
