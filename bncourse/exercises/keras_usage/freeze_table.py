"""Quiz freeze_table. What changes in a BN layer during fit, for each way of freezing it."""

from bncourse.checking import Quiz

freeze_table = Quiz(
    name="freeze_table",
    notebook="07-keras",
    asks=(
        "For each way of freezing a BN layer in Keras 3: does it change during the next fit? Answer True or False from "
        "the runs above"
    ),
    points=2,
    section="What freezes batch norm",
    hints=(
        "Do not guess: each row was executed above, on the backend named there; the text below tells of the others.",
        "fit runs the whole model with training=True, and that reaches a layer which was built with training=False.",
        "Only trainable = False freezes BN, all four weights; after a fit only PyTorch takes it without compile.",
    ),
)

question = freeze_table.question

question(
    "as_it_is_statistics",
    "A BN layer as it is made: do its moving mean and variance change during fit?",
    True,
    {False: ("R4", "Every training step moves them a little towards the statistics of the batch.")},
    "Each training step moves them.",
)
question(
    "training_false_statistics",
    "The layer was called as bn(x, training=False) when the model was built: do its moving mean and variance change "
    "during fit?",
    True,
    {
        False: (
            "K1",
            "The run says otherwise: in Keras 3.15 fit calls the model with training=True, and in a functional one "
            "that wins over the training=False with which it was built. The example in Keras's guide says otherwise "
            "(keras, issue 20285).",
        )
    },
    "fit's training=True wins over what the model was built with.",
)
question(
    "training_false_gamma_beta",
    "The layer was called as bn(x, training=False) when the model was built: do gamma and beta change during fit?",
    True,
    {False: ("K1", "training chooses which statistics are used. Whether gamma and beta learn is said by trainable.")},
    "training says nothing about gamma and beta.",
)
question(
    "trainable_false_compiled_statistics",
    "bn.trainable = False, then model.compile: do the moving mean and variance change during fit?",
    False,
    {
        True: (
            "K2",
            "In Keras 3 a BN layer with trainable = False runs in inference mode: it uses its moving statistics and "
            "leaves them as they are.",
        )
    },
    "A frozen BN layer runs in inference mode.",
)
question(
    "trainable_false_compiled_gamma_beta",
    "bn.trainable = False, then model.compile: do gamma and beta change during fit?",
    False,
    {True: ("K2", "trainable = False takes them out of the weights that the optimizer changes.")},
    "The optimizer no longer changes them.",
)
question(
    "trainable_false_not_compiled_is_frozen",
    "After a fit, bn.trainable = False and no model.compile: is the layer frozen in the next fit, on every backend?",
    False,
    {
        True: (
            "K2",
            "On JAX the next fit stops with an error, on TensorFlow it goes on and changes all four weights; only on "
            "PyTorch the layer is frozen. Compile again, and all three freeze it.",
        )
    },
    "JAX stops with an error, TensorFlow goes on changing the layer, PyTorch freezes it: compile again.",
)
question(
    "trainable_false_training_true_statistics",
    "bn.trainable = False, then model.compile, in a model built with bn(x, training=True): do the moving mean and "
    "variance change during fit?",
    False,
    {True: ("K1", "trainable = False wins: a frozen BN layer runs in inference mode even with training=True.")},
    "trainable = False wins over training=True.",
)
question(
    "which_one_freezes",
    "Which one freezes a BN layer on every backend, in a model that was fitted before: 'training=False', "
    "'trainable=False', or 'trainable=False and compile'?",
    "trainable=False and compile",
    {
        "training=False": ("K1", "fit's training=True wins over it, and gamma and beta learn on."),
        "trainable=False": (
            "K2",
            "In a fitted model only PyTorch takes this without compile; JAX stops and TensorFlow goes on.",
        ),
    },
    "It keeps all four weights as they are, on JAX, TensorFlow and PyTorch.",
)
