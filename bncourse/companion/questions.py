"""Questions to recall what a notebook taught: five for each, never graded.

Each has the question, the right answer, two wrong ones, and a sentence that says why.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recalled:
    """A question of recall."""

    notebook: str
    asks: str
    right: str
    wrong: tuple[str, str]
    because: str

    def choices(self):
        """Return the three answers in an order that is always the same, and hangs on the words alone."""
        return sorted((self.right, *self.wrong), key=lambda text: (sum(map(ord, self.asks + text)) % 97, text))


_WRITTEN = {
    "00": (
        ("A cell ran before the kernel was ready. What happens?", "nothing, and no message says so",
         "it runs later", "the kernel restarts",
         "Keys that come too early are lost. Look for the number in the brackets."),
        ("What does standardizing do to a column?", "it gets mean 0 and standard deviation 1",
         "it gets values from 0 to 1", "it becomes a Gaussian",
         "It moves and stretches the column, and keeps its shape."),
        ("What is the condition number of a bowl?", "the largest curvature divided by the smallest",
         "the number of its directions", "the height of its walls",
         "1 is a round bowl, a large number a narrow valley."),
        ("Why are raw inputs slow for gradient descent?", "the rate must suit the steepest direction",
         "the best error is worse", "there are more weights",
         "Along the flat directions such a small rate makes tiny steps."),
        ("What does standardizing not repair?", "columns that go together", "a large mean", "units of measurement",
         "It treats each column alone, and the valley lies across two columns."),
    ),
    "01": (
        ("What stays under covariate shift?", "p(y given x)", "p(x)", "p(y)", "The inputs move, the rule stays."),
        ("What stays under label shift?", "p(x given y)", "p(y)", "p(y given x)",
         "Each class looks as before; there is more or less of it."),
        ("What stays under concept drift, often?", "p(x)", "p(y given x)", "the accuracy",
         "The rule changes, so a detector of inputs may see nothing."),
        ("A domain classifier has an AUC of 0.5. What does it say?", "its scores put neither data set higher",
         "half of the data have shifted", "the model errs on half", "0.5 is what a coin gets."),
        ("Why may 64 tests at the level 0.05 not be read one by one?", "by chance one of them is often small",
         "each test is too weak", "they need 64 data sets", "Bonferroni divides the level by the number of tests."),
    ),
    "02": (
        ("What is the importance weight of x?", "p_target(x) / p_source(x)", "p_source(x) / p_target(x)",
         "p_target(x) - p_source(x)", "What the target has twice as much of counts twice."),
        ("What must the source have for weights to work?", "some of everything the target has",
         "as many examples as the target", "the same labels as the target", "No weight makes an example out of none."),
        ("What does an effective sample size of 10 out of 200 say?", "few examples carry the result",
         "190 labels are wrong", "the model needs 10 features", "The weights are very unequal."),
        ("What does clipping the weights cost?", "some bias", "more variance", "the labels",
         "Parts of the target then count too little; the result jumps less."),
        ("Which model gains most from weights?", "one that is too simple for the rule",
         "a network that fits every example", "one that was trained on the target",
         "Where a model cannot be right everywhere, the weights say where it should."),
    ),
    "03": (
        ("What did the authors call internal covariate shift?",
         "the distribution of a network's activations changes as its parameters learn",
         "the test data differ from the training data", "the labels change in training",
         "The definition is about a layer inside."),
        ("Which number does batch norm set, whatever the layers below do?", "the mean of a unit's input",
         "the accuracy", "the weights", "Over the batch it is beta."),
        ("What is the drift measured in, in this course?", "widths of the unit's band",
         "steps", "points of accuracy", "The range of the median is divided by the mean width of the band."),
        ("Two networks are compared in steps. At which rate?", "each at its best rate", "at the same rate",
         "at the largest rate", "One rate may suit the one and not the other."),
        ("Which preparation takes away much of batch norm's gain here?",
         "standardized inputs and larger weights at the start",
         "more test digits", "smaller batches", "The gain is large where a network was badly prepared."),
    ),
    "04": (
        ("Over which axis is the mean of batch norm, for (batch, features)?", "axis 0, the batch",
         "axis 1, the features", "both", "Each feature has a mean of its own."),
        ("Where is epsilon added?", "to the variance, under the root", "to the standard deviation", "to the mean",
         "x_hat = (x - mean) / sqrt(var + eps)."),
        ("Which variance does batch norm normalize with?", "divided by n", "divided by n - 1", "of all training data",
         "It is the biased one, of this batch."),
        ("What is a bias before batch norm good for?", "nothing: the mean takes it away", "it replaces gamma",
         "it speeds up training", "Beta does its work."),
        ("How many means has a convolution with 8 channels?", "8", "one for each position", "one for each image",
         "All positions of all images share the mean of their channel."),
    ),
    "05": (
        ("On how many ways does x reach x_hat?", "three", "one", "two",
         "Directly, through the mean and through the variance."),
        ("What is dbeta?", "the sum of dout over the batch", "the mean of dout", "dout times x_hat",
         "The same beta is in the y of every example."),
        ("What is the sum of dx over the batch?", "0", "dbeta", "gamma",
         "Moving all x by the same amount changes nothing."),
        ("Why is a dout of ones a bad gradient check?", "the true dx is then 0", "it is too large",
         "it is not random enough for gamma", "A wrong factor in front of 0 is not seen."),
        ("What do constant statistics leave out of the gradient?", "the ways through the mean and the variance",
         "gamma", "the first layer", "Only the straight way is left."),
    ),
    "06": (
        ("What does one digit alone get with the statistics of its batch?", "the same output as every digit",
         "an error in NumPy", "a better answer", "x - mean is 0, and beta is left."),
        ("In Keras, what does momentum weigh?", "the old running value", "the batch's value", "the gradient",
         "PyTorch's weighs the new one."),
        ("Momentum 0.99: what is wrong after 60 steps?", "the running statistics are late", "the weights are late",
         "the batch is too large", "More than half of the start is still in them."),
        ("What does folding do?", "it puts batch norm into the layer before it", "it averages two layers",
         "it retrains gamma", "After training batch norm is one factor and one summand a unit."),
        ("What changes between training and inference?", "where mean and variance come from", "gamma and beta",
         "epsilon", "From the batch, or from running statistics."),
    ),
    "07": (
        ("How many parameters has a batch norm over C units in Keras?", "4C", "2C", "C",
         "Gamma, beta, moving mean and moving variance."),
        ("What freezes batch norm in fit (a functional model, Keras 3)?", "trainable = False, then compile",
         "training=False when it is built",
         "a learning rate of 0", "fit calls the model with training=True."),
        ("Which bias can be left out?", "that of a dense layer before batch norm", "that of the last layer",
         "beta", "The mean takes it away."),
        ("PyTorch's running variance is", "unbiased", "biased", "a standard deviation",
         "Keras 3 keeps the biased one."),
        ("Keras's momentum 0.9 is in PyTorch", "0.1", "0.9", "1.1", "The weights of old and new add up to 1."),
    ),
    "08": (
        ("While training, the weights before batch norm are multiplied by 4. The output", "stays",
         "is 4 times as large",
         "is 16 times as large",
         "The standard deviation grows as much (except for eps)."),
        ("And their gradient?", "a quarter", "4 times as large", "the same", "f(aW) = f(W) makes the gradient 1/a."),
        ("Which weights has a step of plain gradient descent before batch norm?", "longer ones", "shorter ones",
         "equally long ones", "The gradient is at a right angle to them (except for eps): Pythagoras."),
        ("What did noise after batch norm show for tanh?", "fast in spite of much drift", "that drift is the cause",
         "that noise regularizes", "So small drift, as measured here, is not needed for speed there."),
        ("Why is smoothness alone not enough?", "a smooth network that learned nothing", "it cannot be measured",
         "it is the same as drift",
         "In the 300 steps after the start the sigmoid network without batch norm lay on a plateau."),
    ),
    "09": (
        ("Over which numbers does layer norm average?", "the features of one example", "the batch",
         "the channels of all images", "So it needs no batch."),
        ("What does RMSNorm leave out?", "the mean and beta", "gamma", "epsilon",
         "It divides by the root of the mean of the squares."),
        ("Two devices hold one batch. The variance of the whole is", "that within plus that between their means",
         "the mean of the two", "the larger one", "Two shards can each have variance 0 and still differ."),
        ("What does AdaBN replace?", "the running mean and variance", "gamma and beta", "all weights",
         "What was learned stays."),
        ("Trained long on batches of one class: why does batch norm fail on mixed ones?", "their mean is another one",
         "the loss is larger", "gamma stops learning", "In training each digit was measured from its own class."),
    ),
    "10": (
        ("Why does a test with gamma 1 miss a bug?", "a forgotten gamma makes no difference", "it is too slow",
         "gamma is not tested", "Where gamma is 1, the wrong and the right result are equal."),
        ("Which x shows the lost digits?", "one whose mean is huge beside its spread", "one with mean 0",
         "a batch of one",
         "There the mean of the squares and the square of the mean are nearly equal."),
        ("What can no gradient check see?", "a wrong forward pass with its own right gradient",
         "a missing factor in dx", "a forgotten path", "It compares the two with each other, not with the truth."),
        ("What must a test of batch norm accept?", "every right one, however it is written", "only its own code",
         "one library's last digit", "Right ones differ in the last digits."),
        ("What says how good a test is?", "which bugs it finds, and that it accepts the right", "its length",
         "how many numbers it compares", "A test finds what it looks at, on the numbers that it draws."),
    ),
    "11": (
        ("Two independent numbers of variance 3 and 1 are added. The sum has the variance", "4", "2", "3",
         "Variances of independent numbers add up."),
        ("Nothing ends the branch. Along the depth the signal grows", "by a factor a block", "by an amount a block",
         "not at all", "Each branch is a share of what arrives."),
        ("A block's last gamma is 0. What learns in the first step?", "gamma and beta", "the kernels of the branch",
         "nothing in the block", "The gradient into the branch is multiplied by gamma."),
        ("Batch norm comes before a convolution padded with zeros. Why is folding it wrong there?",
         "the zeros are not shifted", "the kernel is too small", "the mean is lost",
         "At the border some taps meet a zero where the folded bias counts a shift."),
        ("What is a frozen batch norm?", "a fixed scale and shift", "a layer without gradient", "a layer of zeros",
         "The gradient goes through it, times the scale."),
    ),
}  # fmt: skip

QUESTIONS = {
    number: tuple(Recalled(number, asks, right, (one, other), because) for asks, right, one, other, because in rows)
    for number, rows in _WRITTEN.items()
}
