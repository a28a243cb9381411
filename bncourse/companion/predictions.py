"""The predictions of the notebooks: what can be chosen, which choice the measurement bears out, and why.

The cell of a prediction has its question and its choices; this is what that cell must not show.
"""

from bncourse.companion.prediction import Prediction, by_size, from_the_largest

_ALL = (
    Prediction(
        "00", "Raw inputs need more than 10,000 steps. How many with standardized inputs?",
        "Each column has the same spread now, so the bowl is nearly round: one learning rate suits every direction, "
        "and none has to creep.",
        (1, 99), {"A": "over 1,000", "B": "100 to 1,000", "C": "under 100"}, from_the_largest(1000, 100),
        (r"a few steps",), (1, 3),
    ),
    Prediction(
        "00", "Share of new digits right with batch norm after 50 steps (0.31 without)",
        "Without it the sums of the tenth layer hardly differ from digit to digit, so 50 steps are too few. "
        "Batch norm lets every layer begin with sums of one spread.",
        (0.75, 1.0), {"A": "about 0.3 too", "B": "about 0.5", "C": "more than 0.7"}, by_size(0.4, 0.65),
        (r"learns at once", r"race"), (1,),
    ),
    Prediction(
        "01", "How often is the model right on MNIST, if it is right on 0.97 of its own digits?",
        "A 7 still looks like a 7, so it does better than guessing. One of the reasons for the rest: the ink "
        "lies elsewhere in the image, and a logistic regression gives each pixel a weight of its own.",
        (0.35, 0.65), {"A": "nearly as often: over 0.9", "B": "clearly less, yet far more than by guessing",
                       "C": "as by guessing: about 0.1"}, from_the_largest(0.9, 0.2),
    ),
    Prediction(
        "01", "The inputs move away from the border of the classes. What does this covariate shift do to the accuracy?",
        "The model errs near the border, where y is uncertain. Fewer inputs lie there now, and the rule is the same.",
        (0.852, 0.9), {"A": "it rises", "B": "it stays within 0.01", "C": "it falls"},
        lambda measured: "A" if measured > 0.85 else "B" if measured > 0.83 else "C", (r"model \*better\*",),
    ),
    Prediction(
        "01", "Share of false alarms when the smallest of 64 p-values may be 0.05",
        "Each test alone may err once in 20 times. With 64 of them there are 64 chances that one does.",
        (0.5, 0.85), {"A": "about 0.05", "B": "from 0.1 to 0.3", "C": "over 0.4"}, by_size(0.08, 0.4),
        (r"more often than not",),
    ),
    Prediction(
        "01", "AUC of the domain classifier when the labels 3 and 8 are swapped",
        "The classifier sees images and no labels, and the images are as before: there is nothing to tell apart.",
        (0.46, 0.54), {"A": "about 0.5", "B": "about 0.75", "C": "about 1"}, by_size(0.6, 0.9),
    ),
    Prediction(
        "02", "Factor by which weights divide the line's squared distance from the curve in the target",
        "A line cannot follow the curve everywhere. The weights make it right where the target is, so it no longer "
        "pays for the source.",
        (4, 100), {"A": "less than 1: the line gets worse", "B": "from 1 to 2", "C": "more than 2"}, by_size(1, 2),
        (), (200,),
    ),
    Prediction(
        "02", "Effective size of 200 examples, target 2 standard deviations away",
        "Only the few examples at the edge of the source lie where the target is. They carry nearly all the weight.",
        (10, 35), {"A": "about 200: none is lost", "B": "about 100", "C": "under 50"}, from_the_largest(150, 50),
    ),
    Prediction(
        "02", "Does the network still show the weights after 3,000 steps (largest share minus smallest)?",
        "Once the network is right on every example, whatever its weight, the weights have little left to decide.",
        (0.05, 0.35), {"A": "as at first: over 0.8", "B": "it is over half of that",
                       "C": "less than half is left"}, from_the_largest(0.8, 0.45), (r"they fade",),
    ),
    Prediction(
        "03", "How many times larger is the drift without batch norm?",
        "Batch norm puts the place and the width of a unit's input back to its beta and gamma; without it nothing "
        "does. And the drift is measured in widths, which are small without it.",
        (20, 400), {"A": "it is smaller: below 1", "B": "1 to 5 times", "C": "more than 5 times"}, by_size(1, 5),
        (r"far less",), (100, 300),
    ),
    Prediction(
        "03", "How many times fewer steps with batch norm, each at the best of four rates?",
        "One reason: with raw inputs and small weights little of what tells digits apart reaches the last sigmoids: "
        "see the narrow band at the start. Batch norm starts each input at a standard deviation near 1.",
        (10, 60), {"A": "none: as many steps", "B": "about 2 times", "C": "more than 5 times"}, by_size(1.3, 5),
        (r"less than a tenth",), (14,),
    ),
    Prediction(
        "03", "What is left of that gain for ReLU with standardized inputs?",
        "One reason: there is less left to repair. The inputs have one scale already, no active ReLU saturates, and "
        "the weights start at a size that was made for ReLU.",
        (0.8, 2.5), {"A": "over 10 times fewer steps", "B": "3 to 10 times", "C": "less than 3 times"},
        from_the_largest(10, 3), (r"hardly any is left", r"badly prepared"), (1, 1.41),
    ),
    Prediction(
        "04", "Standard deviation 0.01 before: what is it after normalizing with eps 1e-3?",
        "The variance is 0.0001, ten times less than eps. So eps rules under the root: 0.01 / sqrt(0.0001 + 0.001).",
        (0.28, 0.32),
    ),
    Prediction(
        "04", "R² on new patients when the network ends in batch norm with gamma 1 and beta 0",
        "With gamma 1 and beta 0 the answers have mean 0, and the patients' numbers lie around 150. Always answering "
        "their mean would be better.",
        (-8, -0.3), {"A": "as with gamma and beta learned", "B": "about 0, as for the mean alone",
                     "C": "far below 0"}, lambda measured: "A" if measured > 0.2 else "B" if measured > -0.3 else "C",
        (r"stay around 0",),
    ),
    Prediction(
        "05", "How do eight layers learn when mean and variance count as constants?",
        "With eight layers the wrong gradient costs more than 10 points; with one it costs few. A gradient that is "
        "partly right can still point downhill, so the network learns something.",
        (0.55, 0.87), {"A": "as well: within 3 points", "B": "worse, yet over 0.3", "C": "hardly: below 0.3"},
        lambda measured: "A" if measured > 0.94 else "B" if measured > 0.3 else "C",
        (r"layers lose",),
    ),
    Prediction(
        "06", "Test accuracy (0 to 1) of digits that come alone, with the statistics of the batch",
        "The mean of one number is that number. What is left is 0, then beta, whatever the digit: one answer for all.",
        (0.05, 0.2), {"A": "as before, about 0.9", "B": "about 0.5", "C": "about 0.1, as by guessing"},
        from_the_largest(0.75, 0.25), (r"the same\* output",), (0.1,),
    ),
    Prediction(
        "06", "Percentage points of accuracy lost by running statistics of momentum 0.99 after 60 steps",
        "They began at 0 and 1, and 0.99 to the power of 60 is 0.55: more than half of them is still the start.",
        (3, 25), {"A": "none", "B": "about 1", "C": "more than 3"}, by_size(0.5, 3), (r"0\.99 is behind",), (22, 5),
    ),
    Prediction(
        "06", "Batches of 1,000 at rate 1: how many points does momentum 0.99 lose in the end?",
        "Eight passes in batches of 1,000 are only 32 steps. 0.99 to the power of 32 is 0.72: most of the running "
        "statistics is still their start.",
        (8, 25), {"A": "less than 1", "B": "1 to 5", "C": "more than 5"}, by_size(1, 5), (r"32 steps",), (8,),
    ),
    Prediction(
        "06", "Eight micro-batches of 8, with batch norm: how far is their mean gradient from that of the 64?",
        "Each micro-batch has a mean and a variance of its own, so each example is normalized by other numbers than "
        "among all 64.",
        (65, 105), {"A": "only by rounding", "B": "about 10 % of its length", "C": "over half of its length"},
        by_size(1, 50), (r"ghost batches",),
    ),
    Prediction(
        "06", "float16, mean 100, variance 1: what share of the variances comes out as 0 or less?",
        "The squares are near 10,000, and there float16 knows only every eighth number. A variance of 1 is lost "
        "between two of them.",
        (0.5, 0.85), {"A": "none", "B": "less than a fifth", "C": "more than half"}, by_size(0.01, 0.4),
        (r"8 apart",),
    ),
    Prediction(
        "07", "Is batch norm ahead, with SGD 0.01 and three epochs?",
        "The rate is small: after three epochs the model without batch norm is far from done. With "
        "batch norm the same rate gets further.",
        (15, 60), {"A": "no, it is behind", "B": "about level, within 3 points", "C": "yes, by more than 3 points"},
        by_size(-3, 3), (r"gain is large",),
    ),
    Prediction(
        "07", "Do the moving statistics stay, if the layer was built with training=False?",
        "`fit` calls the model with training=True; in a functional model of Keras 3.15 that reaches this layer too.",
        (2, 1), {"A": "yes", "B": "no"}, lambda measured: {"yes": "A", "no": "B"}[measured],
        (r"reaches the layer",),
    ),
    Prediction(
        "08", "At learning rate 3, what does batch norm change?",
        "Before batch norm the length of the weights does not matter, so a long step of them cannot blow up what the "
        "next layer gets (gamma, beta and the last layer have no such protection). Without batch norm the loss grew "
        "past 1e100.",
        (0.8, 0.95), {"A": "both networks learn", "B": "only the one with batch norm learns", "C": "neither learns"},
        lambda measured: "A" if min(measured) > 0.5 else "B" if max(measured) > 0.5 else "C",
        (r"blown up", r"what it adds"),
    ),
    Prediction(
        "08",
        "Twice the weights and half the rate: after how many steps is the slow run where the fast one was after 30?",
        "The squared norm is 4 times as large, and the rate is a half. So the effective rate is 8 times smaller, and "
        "the steps are about 8 times as many.",
        (200, 255), {"A": "about 60", "B": "about 120", "C": "about 240"}, by_size(90, 180), (r"8 times",),
    ),
    Prediction(
        "08", "ReLU, after the start: is the loss smoother with batch norm (a smaller range of the loss)?",
        "One idea, not tested here: without batch norm a step changes the mean and the spread of every layer, and "
        "these changes multiply. At step 0 the loss with batch norm is the rougher one; the idea does not tell why.",
        (3, 30), {"A": "yes, more than twice", "B": "about as smooth", "C": "no, it is rougher"},
        from_the_largest(2, 0.5), (r"far less",), (3, 8, 10),
    ),
    Prediction(
        "08", "tanh: what does noise after batch norm do to the steps (without batch norm it takes about 150)?",
        "The noise brings the drift back, and the network is fast all the same. So it does not need small drift to be "
        "fast; what makes it fast, this run does not say.",
        (25, 105), {"A": "slower than without batch norm", "B": "about 150: all is lost",
                    "C": "faster than without batch norm"}, from_the_largest(175, 125), (r"two thirds",), (25, 85),
    ),
    Prediction(
        "08", "In a new network with batch norm, what becomes of the gradient from one layer to the one before?",
        "ReLU turns a part of the spread into a mean. Batch norm takes the mean away and stretches the rest to 1, and "
        "the gradient backward as much.",
        (1.15, 1.25), {"A": "it shrinks", "B": "it stays level, within 5 %", "C": "it grows"}, by_size(0.95, 1.05),
        (r"gradient grows by",),
    ),
    Prediction(
        "08", "Ghost batches of 8, not the whole 128: what becomes of the accuracy on unseen digits?",
        "One idea, not tested here: with noise that changes at each step, the 500 digits are harder to learn by heart. "
        "Drawn noise gained too: noise can do it. Of two digits it keeps little: most numbers come near -1 or 1.",
        (0.31, 2.5), {"A": "it falls by over 0.3 points", "B": "it stays, within 0.3 points",
                      "C": "it rises by over 0.3 points"}, by_size(-0.3, 0.3), (r"helped here",), (2,),
    ),
    Prediction(
        "09", "Test error after batches of 2, against 0.08 to 0.10 after batches of 32",
        "With two examples most units become about -1 and 1: of how far apart they were little is left.",
        (0.17, 0.4), {"A": "as small", "B": "more than twice as large", "C": "as by guessing: about 0.9"},
        by_size(0.16, 0.7), (),
    ),
    Prediction(
        "09", "Share of empty images named right in training mode (by chance 0.1)",
        "The 16 neighbours set the mean and the variance, and these decide what an empty image becomes. So it "
        "carries their class.",
        (0.6, 1.0), {"A": "about 0.1", "B": "about 0.3", "C": "more than half"}, by_size(0.2, 0.5), (r"leaks",), (1,),
    ),
    Prediction(
        "09", "Accuracy on brighter digits with AdaBN (0.93 before, 0.27 without it)",
        "The same amount added to every pixel only moves the mean of each weighted sum, and the target's own mean "
        "takes it away again.",
        (0.88, 0.96), {"A": "about 0.27 still", "B": "about half-way", "C": "about 0.93 again"}, by_size(0.4, 0.85),
        (), (0.93,),
    ),
    Prediction(
        "09", "Noise: what do the steps of TENT add to the accuracy that new statistics give?",
        "The entropy asks how sure an answer is, not whether it is right: a wrong answer becomes surer as well.",
        (-0.05, 0.05), {"A": "more than 10 points", "B": "little: less than 5 points, up or down",
                        "C": "they take more than 10 points away"},
        lambda measured: "A" if measured > 0.075 else "B" if measured > -0.075 else "C", (r"surer",), (0,),
    ),
    Prediction(
        "10", "How many of 12 exhibits show on tame inputs?",
        "A wrong gamma does not show at gamma 1, a wrong momentum not at 0.5, a wrong axis not without maps: tame "
        "numbers make the wrong and the right formula equal.",
        (5, 7), {"A": "10 or more", "B": "7 to 9", "C": "fewer than 7"}, from_the_largest(10, 7), (r"\bfive of\b",),
        (6,),
    ),
    Prediction(
        "10", "How many of the 12 exhibits pass all five re-creations?",
        "The five look at different things on different numbers, and together at nearly all. None draws a mean that "
        "is huge beside the spread.",
        (1, 1), {"A": "none", "B": "one or two", "C": "three or more"}, by_size(1, 3), (r"passing == ",), (1,),
    ),
    Prediction(
        "11", "What part of the sum is the branch of block 50, with batch norm at its end?",
        "Each of the 49 blocks before it has added a variance of about 1 to the skip, and its own branch adds 1 more.",
        (0.012, 0.035), {"A": "about a half", "B": "about a tenth", "C": "less than a twentieth"},
        from_the_largest(0.3, 0.05), (r"one part in",),
    ),
    Prediction(
        "11", "50 blocks with nothing at the end of the branch: at how many of the three rates do they learn?",
        "The mean square of the signal has grown by a factor of millions or more before the first step. So at these "
        "rates the steps are far too long. Without the growth they learn at none either (the sixth line).",
        (0, 0), {"A": "at none", "B": "at one", "C": "at two or three"}, by_size(1, 2), (r"overflow",), (0,),
    ),
    Prediction(
        "11", "How many of 72 numbers have a say in one result of Keras's LayerNormalization()?",
        "It takes the last axis where nothing is said, and the features are there.",
        (6, 6), {"A": "12: its feature, at all positions of all texts", "B": "24: its whole text",
                 "C": "6: the features of its position"}, lambda measured: {12: "A", 24: "B"}.get(measured, "C"),
        (r"each position alone,? where",), (6,),
    ),
    Prediction(
        "11", "Part of the input that is left after 12 new blocks with post-norm",
        "Each layer norm divides the whole sum by its standard deviation, so the part that came with the skip becomes "
        "smaller with every block.",
        (0, 0.01), {"A": "about a half", "B": "about a tenth", "C": "less than a hundredth"},
        from_the_largest(0.25, 0.02), (r"much less is left",), (0, 0.003, 0.01, 1e-5, 1e-3),
    ),
    Prediction(
        "11", "The zeros stay around the input. Where are the outputs of the folded convolution wrong?",
        "In the middle every tap meets a number of the map. On the edge some taps meet a zero that batch norm has not "
        "shifted, and the bias counts their shift all the same.",
        (2, 1), {"A": "nowhere", "B": "on the edge", "C": "everywhere"},
        lambda measured: {"nowhere": "A", "on the edge": "B"}.get(measured, "C"), (r"on the edge",),
    ),
)  # fmt: skip

PREDICTIONS = {one.asks: one for one in _ALL}
