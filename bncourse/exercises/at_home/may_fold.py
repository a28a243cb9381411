"""Quiz may_fold. Which batch norms of a residual network may go into a convolution, and which not."""

from bncourse.checking import Quiz

may_fold = Quiz(
    name="may_fold",
    notebook="11-at-home",
    asks="Say for each batch norm, with running statistics, whether it may go into one convolution of ordinary kind "
    "(zeros around its input) with the same outputs everywhere. Answer True or False",
    points=2,
    section="Folding at a border",
    hints=(
        "Two things must stand side by side: batch norm and convolution, with nothing between them that is no straight "
        "line. Then ask where the zeros of the padding come in.",
        "Behind a convolution batch norm scales and shifts what comes out, border or not. Before one it shifts what "
        "goes in, but not the zeros around it.",
        "A ReLU between the two keeps them apart. An addition between them brings in the skip, which does not go "
        "through the convolution.",
    ),
)

question = may_fold.question

question(
    "behind_a_padded_convolution",
    "x + BN(conv(relu(x))), the convolution padded with zeros: may the batch norm go into conv?",
    True,
    {
        False: (
            "F8",
            "Batch norm acts on what comes out of the convolution, at the border as elsewhere: one factor and one "
            "summand for each channel out.",
        )
    },
    "It acts on what comes out, at the border too.",
)
question(
    "before_a_padded_convolution",
    "conv(BN(x)), the convolution padded with zeros: may the batch norm go into conv, zeros still around x?",
    False,
    {
        True: (
            "F8",
            "The bias would hold the shift of all nine taps, but at the border some taps meet a zero of the padding, "
            "which batch norm has not shifted. Outputs there would be wrong.",
        )
    },
    "At the border fewer taps meet the shift than the bias holds.",
)
question(
    "before_a_convolution_without_padding",
    "conv(BN(x)), the convolution without padding: may the batch norm go into conv?",
    True,
    {False: ("F8", "Without padding every tap meets a shifted number, so the sum of the shifts is one constant.")},
    "Without padding every tap meets the shift.",
)
question(
    "before_a_padded_one_by_one_convolution",
    "conv(BN(x)), kernel 1 x 1, padding='same': may the batch norm go into conv?",
    True,
    {False: ("F8", "A kernel of 1 x 1 never reaches over the border: padding='same' adds no zeros to it.")},
    "A 1 x 1 kernel meets no padding.",
)
question(
    "before_a_relu",
    "x + conv(relu(BN(x))): may the batch norm go into conv?",
    False,
    {
        True: (
            "F8",
            "ReLU stands between the two. What it cuts off hangs on the shift, so no kernel and bias behind it give "
            "the same outputs.",
        )
    },
    "ReLU stands between them, and is no straight line.",
)
question(
    "behind_the_sum",
    "BN(x + conv(relu(x))): may the batch norm go into conv, with the skip left as it is?",
    False,
    {
        True: (
            "F8",
            "Batch norm scales the skip too. Put into conv alone, it would leave the skip as it is.",
        )
    },
    "It scales the skip as well.",
)
