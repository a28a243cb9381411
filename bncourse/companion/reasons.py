"""Why a worked solution is written as it is: the reasons that stand under it."""

REASONS = {
    "standardize": (
        "axis=0 runs down the columns, so each feature has its own mean and variance.",
        "Eps is inside the root, so even a column of equal numbers is divided by something that is not 0.",
    ),
    "domain_auc": (
        "The two None make a column and a row, so one subtraction compares every pair without a loop.",
        "A tie tells nothing of which is higher, so it counts one half.",
    ),
    "permutation_p_value": (
        "Without a shift, the observed value is one permutation among the others. It counts in both places, so p "
        "is never 0.",
        "The sign is >= because an equal value is as extreme as the observed one.",
    ),
    "density_ratio": (
        "exp undoes the logarithm: it turns a logit into the odds of target to source.",
        "The odds hold the sizes of the two sets too. Multiplying by n_source / n_target takes them out.",
    ),
    "weighted_risk": (
        "Dividing by the sum of the weights makes it an average: multiply all weights by 10, and it stays the same.",
    ),
    "effective_sample_size": (
        "The first square is outside the sum, the second one inside. So k equal weights give k, and one weight "
        "alone gives 1.",
    ),
    "clip_weights": (
        "minimum limits the large weights and keeps the others.",
        "Clipping changes the mean, so the division by the mean comes after it.",
    ),
    "label_shift_weights": (
        "Each class brings its column of the confusion matrix, times its weight; together they are the predictions"
        " that were counted. solve finds these weights, and it needs no inverse.",
        "A ratio of shares cannot be negative, so what noise put below 0 becomes 0.",
    ),
    "input_percentiles": (
        "axis=1 runs over the examples: the steps of training stay apart.",
        "NumPy puts the percentages first. The .T gives each step a row.",
    ),
    "drift": (
        "Largest minus smallest finds how far the median got at any time; last minus first would miss a way out "
        "and back.",
        "The mean width makes it a number without a unit, which other networks can be compared by.",
    ),
    "batch_mean": ("Summing over axis 0 leaves one number for each feature. len(x) is how many rows there are.",),
    "batch_variance": (
        "The mean is subtracted before squaring, so a large mean costs hardly any digits.",
        "Batch norm divides by the batch size, not by one less.",
    ),
    "normalize": (
        "The brackets make the difference come first, and the division after it.",
        "Eps is inside the root, with the variance: so the root is above 0 even where the variance is 0.",
    ),
    "scale_and_shift": (
        "gamma and beta have one number a feature. NumPy lays them over every row, so no loop is needed.",
        "The scale comes first, so over a batch beta is the mean of what comes out, whatever gamma is.",
    ),
    "batch_norm": (
        "Each step uses what the step before gave; the variance needs the mean, so the mean is first.",
        "Eps is used once: in the root, with the variance.",
    ),
    "batch_norm_conv": (
        "One filter makes one channel at every place, so all axes but the channels are averaged.",
        "keepdims keeps the averaged axes with the length 1, so that the statistics fit x; reshape does the same "
        "for gamma and beta.",
    ),
    "affine_gradients": (
        "A feature's gamma and beta are in the output of every example, and gradients that meet in one number add up.",
        "gamma is multiplied by x_hat on the way forward, so dout is multiplied by x_hat on the way back.",
    ),
    "input_gradient_staged": (
        "Each line takes one box of the forward pass backwards, and each sum is where one number went to all examples.",
        "dmean has no part through the variance, because the distances from the mean add up to 0.",
    ),
    "input_gradient": (
        "Moving all x of a feature by the same amount changes no output; so the mean of dout is taken away.",
        "Stretching a feature changes them through eps alone, so the part of dout along x_hat is taken away too.",
    ),
    "gradient_check": (
        "A random dout makes one number, the loss, out of all outputs. A dout of ones would hide bugs: batch "
        "norm's outputs add up to the same sum whatever x is.",
        "Up and down, divided by both steps together, is far more exact than a step to one side.",
        "The difference is compared with the size of the gradients, because small gradients have small differences.",
    ),
    "moving_average": ("The two weights add up to 1, so one number, old, is enough for both conventions.",),
    "steps_to_reach": (
        "Each update keeps momentum of what was there, so after n updates momentum**n of the old value is left.",
        "The loop asks the question itself, so it needs no rounding of logarithms.",
    ),
    "batch_norm_inference": (
        "Nothing here is computed from the batch: so an answer does not depend on what else is in it.",
        "Eps, gamma and beta are those of training, or the layer would give other numbers than it learned with.",
    ),
    "batch_norm_layer": (
        "The if chooses the statistics; the formula after it is the same for both modes, and is written once.",
        "The running statistics move while training alone. The output uses the batch's own statistics then, not "
        "the running ones.",
    ),
    "population_statistics": (
        "Batches of one size count alike, so the mean of their means is the mean of all.",
        "Each variance was taken around its own batch's mean, which makes it too small on average. m / (m - 1) "
        "makes up for it.",
    ),
    "fold_into_dense": (
        "After training batch norm is one multiplication and one addition a unit, and so is a dense layer: two "
        "such steps are one.",
        "scale has one number for each column of the kernel. The old bias goes through the batch norm, so the mean"
        " is taken off before it is scaled.",
    ),
    "fold_into_conv": (
        "A convolution is a dense layer at every position. The channels out are the last axis of the kernel, so "
        "scale fits it as it is.",
    ),
    "build_model": (
        "Batch norm subtracts the mean, and with it any bias before it; beta takes the place of the bias.",
        "The last layer has no batch norm behind it, so it keeps its bias.",
    ),
    "OwnBatchNormalization": (
        "The moving statistics are no trainable weights: no gradient changes them, only assign does.",
        "`training and self.trainable` makes a frozen layer use its moving statistics and leave them as they are.",
        "get_config gives what __init__ needs, so the layer can be saved and loaded.",
    ),
    "to_pytorch": (
        "Keras's momentum is the weight of the old value and PyTorch's that of the new one; together they are 1.",
        "PyTorch keeps the unbiased variance: the sum of squares divided by n - 1 instead of n.",
    ),
    "rescaled_gradient": (
        "With weights c times as long, a step must be c times as long for the same change of the loss. So the loss"
        " changes c times less for each unit of step, and that is the gradient.",
    ),
    "squared_norm_after_step": (
        "It takes the step and measures, as training does. Pythagoras gives the same: the right angle makes the "
        "mixed part 0.",
    ),
    "effective_learning_rate": (
        "Longer weights have a smaller gradient, and the same step turns them less: each of the two divides by the"
        " norm once.",
    ),
    "meeting_step": (
        "Each fast step is divided by its own squared norm, for the weights grow; the sum says how far the run came.",
        "The slow run adds one number at each step, so a division says how often; ceil, for there are no parts of "
        "steps.",
    ),
    "gradient_predictiveness": (
        "Row 0 is subtracted from every other row at once; the sum over axis 1 leaves one distance for each probe.",
        "The largest one is asked for, so max comes last.",
    ),
    "layer_norm": (
        "axis=1 runs over the features of one example, so no example touches another.",
        "keepdims leaves a column, which fits beside the rows of x; gamma and beta belong to the features as before.",
    ),
    "instance_norm": (
        "The axes 1 and 2 are the height and the width: each channel of each image has statistics of its own.",
    ),
    "group_norm": (
        "Cutting the last axis in two gives each group an axis, so that its channels can be averaged with the "
        "height and the width.",
        "gamma and beta belong to single channels, so the shape is that of x again before they are used.",
    ),
    "rms_norm": (
        "x itself is divided: no mean is subtracted anywhere.",
        "Eps is inside the root, so a row of zeros gives zeros and no division by 0.",
    ),
    "combine_moments": (
        "The variance together has two parts: the spread inside each shard, and the distance of its mean from the "
        "common mean.",
        "Each part is weighted with the number of examples, so shards of different size count as they should.",
    ),
    "adapt_statistics": (
        "The statistics describe the data, so they come from the target. gamma and beta were learned, so they stay.",
        "All target examples are averaged together: over the batches and over the places in a batch.",
    ),
    "find_bugs": (
        "It asks for each promise: the output and the running statistics, while training and at inference, and the "
        "three gradients.",
        "gamma and beta are drawn, and eps is large: with a gamma of 1, a beta of 0 and a tiny eps many bugs make "
        "no difference. The mean of a million is there for the digits that a bad variance loses.",
    ),
    "mend_cancellation": (
        "Subtracting the mean first makes the numbers small, so float32 has digits enough for their squares.",
        "The mean is summed in float64, because an error in it is in every distance.",
    ),
    "mend_detached_gradient": (
        "The mean of dout is the way through the mean, and x_hat times stretch is the way through the variance: "
        "both are subtracted from dout before it is scaled.",
    ),
    "mend_channel_axis": (
        "axis names what is averaged away: the batch, the height and the width. The channels stay, one number each.",
        "On the last axis gamma, beta and the statistics fit as they are, without a reshape.",
    ),
    "signal_variance": (
        "skip[k] is written down before the branch is added, because it is what arrives at the block.",
        "`gamma is None` asks whether there is a batch norm. A gamma of 0 is one, and its branch adds nothing.",
        "The variances are added, not the standard deviations: the weights of the branch are independent of what "
        "arrives.",
    ),
    "residual_block": (
        "x_hat is multiplied by gamma on the way forward, so dout is multiplied by gamma on the way back: with a gamma "
        "of 0 nothing goes into the branch.",
        "One gamma serves all images and positions of its channel, so its gradient adds up over these three axes.",
    ),
    "fold_before_conv": (
        "scale belongs to the channels in, the third axis of the kernel; [:, None] puts it there.",
        "The shift meets the old kernel, and every tap sees it: so the sum runs over the height, the width and the "
        "channels in.",
        "The padding stood behind batch norm, where it was 0. scale * x + shift is 0 at x = -shift / scale.",
    ),
    "frozen_batch_norm": (
        "mean and var are constants, so y is a straight line in x, and its slope is gamma / sqrt(var + eps).",
        "The same slope takes dout back. The ways through the mean and the variance of notebook 05 are not there.",
    ),
    "fine_tune": (
        "After a fit only compile makes every backend take a new `trainable` (notebook 07), so it follows each time.",
        "base.trainable = True reaches every layer inside, so batch norm is frozen after it.",
        "A layer of batch norm that is not trainable uses its moving statistics in fit too, so nothing moves them.",
    ),
}
