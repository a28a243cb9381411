"""Quiz pick_a_normalizer. Six situations, and the normalizer that each one calls for."""

from bncourse.checking import Quiz

BATCH, LAYER, GROUP, INSTANCE = "BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm"

pick_a_normalizer = Quiz(
    name="pick_a_normalizer",
    notebook="09-where-it-fails",
    asks=f"Say for each situation which of {BATCH}, {LAYER}, {GROUP} and {INSTANCE} it calls for",
    points=2,
    section="Which one to pick",
    hints=(
        "Ask two things. Does a batch hold enough examples, mixed as they will be later? And what does the mean or the "
        "contrast of one example tell: something to keep, or something to lose?",
        "Without a good batch, only those remain that look at one example. Units of a dense layer: all together. "
        "Channels of an image: in groups, or each alone if its contrast is to be lost.",
        "Read the last sentence of each question once more: one of the six asks which normalizer to avoid.",
    ),
)

pick_a_normalizer.question(
    "two_images_a_step",
    "You train a convolutional detector on large images. Memory holds 2 images a step, on one device. What an object "
    "is shows in how strong neighbouring channels are beside each other; groups of them differ in scale.",
    GROUP,
    {
        BATCH: (
            "R3",
            "Two images give a poor mean and variance. In our small dense network, with a batch of 2, the error was "
            "about two to four times that of layer norm on seeds 5000 to 5019; Wu and He found the like in large ones.",
        ),
        LAYER: (
            "C5",
            "It works at any batch size, but it forces all channels of a map to share one mean and one variance, "
            "and here groups of them differ in scale. Wu and He measured a higher error than with groups.",
        ),
        INSTANCE: (
            "C5",
            "It gives every channel of every image the same strength, and so removes what this question needs: how "
            "strong neighbouring channels are beside each other.",
        ),
    },
    "It needs no batch, and keeps the channels of a group comparable.",
)

pick_a_normalizer.question(
    "a_transformer_for_text",
    "A transformer that writes text. The sequences of a batch have different lengths and are padded, and the result at "
    "one position must not depend on later positions or on other sequences.",
    LAYER,
    {
        BATCH: (
            "R3",
            "Its statistics mix the sequences of a batch, the padding too, and later positions: all three are ruled "
            "out here.",
        ),
        GROUP: (
            "C5",
            "Over the features of one position it could be done, but it adds a number to choose, how many groups, and "
            "nothing here asks for groups.",
        ),
        INSTANCE: (
            "R3",
            "It averages each feature over the positions of a sequence, so a position would see later ones, and the "
            "padding.",
        ),
    },
    "Each position is normalized alone, over all its features.",
)

pick_a_normalizer.question(
    "style_transfer",
    "A network repaints photographs in the style of one painting. The contrast of the photograph in each channel must "
    "not show in the result.",
    INSTANCE,
    {
        BATCH: (
            "R3",
            "It removes the mean contrast of the batch, but a photograph with more contrast than the others "
            "keeps that.",
        ),
        LAYER: (
            "C5",
            "It removes the contrast of the photograph over all channels together: that of one channel beside another "
            "stays.",
        ),
        GROUP: ("C5", "It removes the contrast of a group of channels together; that of each channel must go."),
    },
    "Each channel of each image gets the same mean and contrast; it was made for this.",
)

pick_a_normalizer.question(
    "a_fast_image_classifier",
    "A convolutional classifier. Each step sees 256 mixed images, and later images look like those of training. It "
    "must add no computation at all when it is used: all it does must fold into the convolution before it.",
    BATCH,
    {
        LAYER: (
            "C5",
            "It takes new statistics from each image also when it is used, so it cannot be folded into the "
            "convolution.",
        ),
        GROUP: (
            "C5",
            "It takes new statistics from each image also when it is used, so it cannot be folded into the "
            "convolution.",
        ),
        INSTANCE: (
            "C5",
            "It takes new statistics from each image also when it is used, so it cannot be folded; and the contrast of "
            "a channel, which tells classes apart, is lost.",
        ),
    },
    "With its fixed running statistics it is one affine map, and the batch is large and mixed.",
)

pick_a_normalizer.question(
    "one_example_at_a_time",
    "A dense network learns online: one example comes, one step is taken, with no batch. Which is the simplest that "
    "works?",
    LAYER,
    {
        BATCH: (
            "R3",
            "With a batch of one each feature is its own mean: the normalized number is 0, and the layer gives beta "
            "whatever came in.",
        ),
        GROUP: (
            "C5",
            "It works with one example too, but it adds a number to choose, how many groups. Layer norm is simpler; in "
            "batches of two the two did about equally well here.",
        ),
        INSTANCE: (
            "R3",
            "A feature of a dense layer has one position, so it is its own mean: the result is beta, whatever came in.",
        ),
    },
    "It needs one example, and no number of groups.",
)

pick_a_normalizer.question(
    "avoid_with_sorted_batches",
    "Each batch holds examples of one class only, the classes in random order, and cannot be mixed. Later the classes "
    "come mixed. Which of the four must you avoid?",
    BATCH,
    {
        LAYER: (
            "R3",
            "Its statistics are those of one example, so such batches do not spoil them. (Training itself suffers a "
            "little: here 0.89 in place of 0.92.)",
        ),
        GROUP: ("R3", "Its statistics are those of one example, so such batches do not spoil them."),
        INSTANCE: ("R3", "Its statistics are those of one example, so such batches do not spoil them."),
    },
    "It measures from the mean of the one class, and later from that of all: here under 25 % accuracy.",
)
