"""Quiz kinds_of_shift. Eight stories: covariate shift, label shift, concept drift, or none."""

from bncourse.checking import Quiz

COVARIATE, LABEL, CONCEPT, NONE = "covariate shift", "label shift", "concept drift", "none"

kinds_of_shift = Quiz(
    name="kinds_of_shift",
    notebook="01-covariate-shift",
    asks='say for each story what has changed: "covariate shift", "label shift", "concept drift" or "none"',
    hints=(
        "Three questions lead to the answer. Are the inputs x others than before? Does one x still have the same y, "
        "with the same probability? If not: does each class, seen alone, still look the same? Then only the shares of "
        "the classes have changed.",
        "Covariate shift: other inputs, p(x), but the same rule p(y given x). Concept drift: another rule p(y given "
        "x). Label shift: other shares of the classes, p(y), but each class looks as before, p(x given y).",
        "When a number got worse, ask first whether the new examples come from the same place as the old ones. If they "
        "do, nothing has shifted, and chance or overfitting is behind it.",
    ),
    points=4,
    section="Three kinds of shift",
)


def _story(key, asks, right, because, **why_wrong):
    """Add a story; each wrong choice says why it is wrong, and a frequent wrong word for the first kind too."""
    kinds = {"covariate": COVARIATE, "label": LABEL, "concept": CONCEPT, "none": NONE}
    wrong = {kinds[kind]: ("C1", sentence) for kind, sentence in why_wrong.items()}
    word = "The word is covariate shift: a covariate is an input variable, and covariance is another thing."
    wrong["covariance shift"] = ("C1", word if right == COVARIATE else f"{word} And here: {why_wrong['covariate']}")
    kinds_of_shift.question(key, asks, right, wrong, because, (COVARIATE, LABEL, CONCEPT, NONE))


_story(
    "scanner",
    "A net finds cracks in X-ray images of bones. A new scanner's images are brighter. The patients are as before, and "
    "any given image, old or new, shows a crack as probably as before.",
    COVARIATE,
    "Because the images x are others, while the answer to a given image is the same: p(x) changes, p(y given x) does "
    "not.",
    label="The share of patients with a crack, p(y), is the same as before. The images have changed, p(x).",
    concept="The same image means the same as before, so the rule p(y given x) has not changed. The images have.",
    none="Brighter images are other inputs: p(x) has changed, even though the patients and the rule have not.",
)
_story(
    "flu",
    "A model tells flu from a cold by the symptoms. In summer, when it learned, 5 of 100 patients had the flu; in "
    "winter 40 of 100 have it. Flu has the same symptoms in both seasons, and so has a cold.",
    LABEL,
    "Because the share of the classes, p(y), changes, while each class looks as before: p(x given y) stays.",
    covariate="The symptoms of all patients together do change, but as a result: there are more cases of flu. With the "
    "same symptoms flu is now more probable than in summer, so p(y given x) does not stay, as it does in a covariate "
    "shift.",
    concept="Each class has the symptoms that it had. With the same symptoms flu is now more probable, but only "
    "because it is more frequent: p(y) changed.",
    none="From 5 to 40 of 100 is a change of p(y), the share of the classes.",
)
_story(
    "spam",
    "A mail filter learned from a firm's inbox. Since Monday newsletters, wanted before, count as spam. The mails that "
    "arrive are of the same kinds, each as often as before.",
    CONCEPT,
    "Because the same mail now gets another label: p(y given x) changes, while p(x) does not.",
    covariate="The mails that arrive are the same as before, so p(x) has not changed. The label of the same mail has.",
    label="There is more spam now, but because mails of the same text changed their label. In a label shift each class "
    "looks as before; here the class spam now holds newsletters.",
    none="The same mail had one label before Monday and has another one now: the rule p(y given x) changed.",
)
_story(
    "weather",
    "A model forecasts rain. The days of ten years were shuffled; half served for training, half for the test. It is "
    "right on 99 of 100 training days, and on 81 of 100 test days.",
    NONE,
    "Because both halves were drawn at random from the same days. The gap is overfitting: the model learned its "
    "training days by heart.",
    covariate="The days were shuffled, so training and test days come from the same p(x). A lower accuracy alone is no "
    "sign of a shift.",
    label="The days were shuffled, so rain is as frequent in one half as in the other, but for chance. A lower "
    "accuracy alone is no sign of a shift.",
    concept="Both halves hold days of the same ten years, so the same weather leads to the same rain. A lower accuracy "
    "alone is no sign of drift.",
)
_story(
    "rent",
    "A model estimates rents from size and street. It learned from flats of all sizes; a new customer asks about small "
    "ones only. A flat of a given size and street costs what it did.",
    COVARIATE,
    "Because the sizes that come in are others, while a given flat still has the same rent: p(x) changes, p(y given x) "
    "does not.",
    label="The rents are lower on the whole, but as a result: the flats are smaller. In a label shift, flats of a "
    "given rent would look as before.",
    concept="A flat of a given size and street costs what it did, so the rule p(y given x) has not changed.",
    none="Only small flats come in now, where flats of all sizes did before: p(x) has changed.",
)
_story(
    "credit",
    "A bank judges loans by income, age and amount. The same kind of people apply as before. Interest rates rise, and "
    "with the same income, age and amount they fail to pay more often.",
    CONCEPT,
    "Because the same application now carries another risk: p(y given x) changes, while p(x) does not.",
    covariate="The people who apply are the same kind as before, so p(x) has not changed. What follows from the same "
    "application has.",
    label="More loans fail, so p(y) changes too, but the cause is the rule: the same application has another risk. "
    "In a label shift those who fail would look as before, and with more of them, p(x) would change.",
    none="The inputs are as before, but what follows from them is not: the rule p(y given x) changed.",
)
_story(
    "digits",
    "A net reads postcodes. From one pile of letters you draw 50 at random, and it reads 47 of them. Of another 50 "
    "from that pile it reads 43.",
    NONE,
    "Because both samples come from the same pile. Chance alone can easily give a difference of 4 in 50.",
    covariate="Both times the letters come from the same pile, so p(x) is the same. Two samples differ by chance.",
    label="Both times the letters come from the same pile, so each digit is as frequent as before. Two samples "
    "differ by chance.",
    concept="The letters and what is written on them are the same, so the rule has not changed. Two samples differ by "
    "chance.",
)
_story(
    "screws",
    "A camera looks for cracked screws. A crack and a harmless scratch often look alike. One machine wears out: "
    "cracks, once 1 in 100 screws, are now 1 in 10. Whole and cracked screws each look as they did.",
    LABEL,
    "Because cracked screws are more frequent, p(y), while each class looks as before: p(x given y) stays.",
    covariate="All images together do change, but as a result: more screws are cracked. A line that may be a scratch "
    "or a crack is now a crack more often, so p(y given x) does not stay, as it does in a covariate shift.",
    concept="A cracked screw looks as it did, and so does a whole one. A line is now a crack more often, but only "
    "because cracks are more frequent: p(y) changed.",
    none="From 1 in 100 to 1 in 10 is a change of p(y), the share of the classes.",
)
