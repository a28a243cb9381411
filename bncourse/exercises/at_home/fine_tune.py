"""Exercise fine_tune. The head first, then the base, with the statistics of batch norm kept."""

from bncourse import reference
from bncourse.checking import Case, Exercise


def _cases(rng):
    yield Case("a base of two residual blocks, a new head, 300 labelled digits", ("weights",))


fine_tune = Exercise(
    notebook="11-at-home",
    reference=reference.fine_tune,
    asks="train the head with the base frozen; then the kernels of the base too, with a smaller learning rate and all "
    "batch norms of the base frozen; change the model in place",
    cases=_cases,
    points=4,
    section="Fine-tune it yourself",
    returns=("the model",),
    observes=("seen",),
    driver="bncourse.drivers.keras_fine_tuning:judge_fine_tuning",
    seconds=120.0,
    hints=(
        "Two phases, and each has the same three steps as in notebook 07: set trainable, compile, fit.",
        "base = model.get_layer('base') gives the base, and base.layers its layers. Setting base.trainable reaches all "
        "of them, so what is to differ from it comes after it.",
        "Phase one: the base not trainable, Adam with 0.01. Phase two: the base trainable, then each of its layers "
        "that is a layers.BatchNormalization not trainable, Adam with 0.001. Labels that are whole numbers take "
        "sparse_categorical_crossentropy.",
    ),
)
