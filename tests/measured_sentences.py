"""The measured sentences of the notebooks: for each, its claim, and numbers that would make it false.

What a text tells of other seeds is in `told_ranges`.
"""

from typing import NamedTuple


class Sentence(NamedTuple):
    """Words of a text cell that rest on a claim.

    Parameters
    ----------
    claim, cell, words : str
    denials : tuple of dict
        Each, put in place of the measured numbers, makes the words false.
    """

    claim: str
    cell: str
    words: str
    denials: tuple


def _sentence(claim, cell, words, *denials):
    return Sentence(claim, cell, words, denials)


_SMALLEST = "64 KS tests, the smallest p"

SENTENCES = {
    "00": [
        _sentence(
            "standardizing_helps", "steps-read", "With raw inputs 10,000 steps are not enough", {"steps_raw": 9000}
        ),
        _sentence("standardizing_helps", "steps-read", "subtracting the means helps", {"steps_centred": 10_000}),
        _sentence(
            "standardizing_helps", "steps-read", "with standardized inputs a few steps", {"steps_standardized": 300}
        ),
        _sentence(
            "correlated", "hand-in", "the condition number stays in the hundreds", {"condition": 9}, {"condition": 5000}
        ),
        _sentence(
            "first_look", "first-look-read", "the sums vary less from layer to layer", {"kept without batch norm": 1}
        ),
        _sentence("first_look", "first-look-read", "starts with a spread of nearly 1", {"kept with batch norm": 0.5}),
        _sentence("first_look", "first-look-read", "that network learns at once", {"right with batch norm": 0.3}),
        _sentence("larger_weights_help", "first-look-read", "help it here", {"He": 0.1}),
        _sentence("first_look_fades", "first-look-read", "With 4 layers", {"lead with 4 layers": 0.4}),
        _sentence(
            "first_look_fades", "first-look-read", "after 300 steps, the lead is smaller", {"lead after 300 steps": 0.4}
        ),
    ],
    "01": [
        _sentence("digits_elsewhere", "title", "fails somewhere else", {"mnist": 0.8}),
        _sentence("kinds_in_numbers", "kinds-accuracy", "p(y|x) stays,", {"covariate shift p(y|x)": 0.3}),
        _sentence("kinds_in_numbers", "kinds-accuracy", "p(x|y) stays,", {"label shift p(x|y)": 0.3}),
        _sentence("kinds_in_numbers", "kinds-accuracy", "p(x) stays.", {"concept drift p(x)": 0.3}),
        _sentence("kinds_in_numbers", "kinds-accuracy", "makes the model *better*", {"covariate shift accuracy": 0.8}),
        _sentence("kinds_in_numbers", "kinds-accuracy", "leaves it where it was", {"label shift accuracy": 0.7}),
        _sentence("mileage_elsewhere", "cars-read", "the line is too low for American ones too", {"line weak": -1}),
        _sentence("mileage_elsewhere", "cars-read", "3 to 4 miles a gallon farther", {"farther": 2}, {"farther": 5}),
        _sentence("mileage_elsewhere", "cars-read", "more than half of the gap is gone", {"farther, weight too": 2.5}),
        _sentence("detectors", "alarms", "All three agree", {"auc": 0.7}, {"pixels": 0}, {"mmd p": 0.3}),
        _sentence("detectors", "alarms", "in most pixels", {"pixels": 30}),
        _sentence(
            "false_alarms", "alarms-read", "far more often than once in 20 times", {_SMALLEST: 0.05}, {_SMALLEST: 0.3}
        ),
        _sentence(
            "without_ties",
            "ties-read",
            "that explains the smaller part",
            {"pixels independent": 0.95},
            {"pixels independent": 0.82},
        ),
        _sentence("without_ties", "ties-read", "the share is above 0.85", {"ties broken": 0.8}),
        _sentence("alarm_and_harm", "seen", "The dot is detected without a mistake", {"auc dot": 0.9999}),
        _sentence("alarm_and_harm", "seen", "and does no harm", {"accuracy dot": 0.5}),
        _sentence("alarm_and_harm", "seen", "nearly every 3 and 8 is now wrong", {"wrong 3 and 8": 0.8}),
        _sentence("alarm_and_harm", "seen", "No detector of inputs can see it", {"auc swapped labels": 0.9}),
    ],
    "02": [
        _sentence("shimodaira", "density_ratio-task", "the factor was between", {"true weights": 1.0}),
        _sentence(
            "shimodaira", "weighted_risk-task", "Estimated weights do as well as the true", {"estimated weights": 0.09}
        ),
        _sentence("unequal_sizes", "density_ratio-task", "everything looks four times as much like", {"odds": 1.0}),
        _sentence(
            "risk_estimates",
            "effective_sample_size-task",
            "the weighted one is less than half as far off",
            {"weighted off": 0.15, "source off": 0.2},
        ),
        _sentence("size_and_distance", "seen", "Weights use up examples", {"1": 150.0}, {"2": 100.0}),
        _sentence("clipping_limits", "support", "between the extremes errs least", {"error 16": 9.0}, {"error 1": 0.5}),
        _sentence("no_support", "cars", "Weighting makes the line *worse* here", {"weighted": 0.01}),
        _sentence("no_support", "cars", "it depends on a handful of points", {"size": 40.0}),
        _sentence("weighted_cars", "heart", "Weights help", {"USA, weighted": 60.0}),
        _sentence("weighted_cars", "heart", "do not reach the line that was fitted to Japanese cars", {"Japan": 40.0}),
        _sentence("interpolation", "label_shift_weights-task", "Early on the weights decide", {"network 30": 0.1}),
        _sentence(
            "interpolation",
            "label_shift_weights-task",
            "As the network comes to fit every example, they fade",
            {"network 3000": 0.7},
            {"network accuracy": 0.9},
        ),
        _sentence(
            "interpolation",
            "label_shift_weights-task",
            "in the model that cannot, they stay",
            {"line 3000": 0.1},
            {"line accuracy": 1.0},
        ),
        _sentence(
            "share_errors", "seen", "Under label shift the equations leave about half", {"label shift estimated": 0.5}
        ),
        _sentence("share_errors", "seen", "Where the images changed they mislead", {"other images estimated": 0.4}),
    ],
    "03": [
        _sentence("tiny_networks", "tiny-network-read", "to several times the width", {"wider": 1.2, "accuracy": 0.97}),
        _sentence(
            "tiny_networks", "tiny-network-read", "twice as wide, in one narrower", {"wider": 1.2, "accuracy": 0.97}
        ),
        _sentence(
            "movement_with_and_without",
            "percentiles-read",
            "the widest band is less than twice as wide as the narrowest",
            {"batch_band_growth": 2.5},
        ),
        _sentence(
            "movement_with_and_without",
            "built-in",
            "the median of a unit's input in this layer moves far less",
            {"batch_median_range": 2.0},
            {"batch_drift": 5.0},
        ),
        _sentence(
            "movement_with_and_without",
            "built-in",
            "and the drift more than 30 times",
            {"none_drift": 1.0, "batch_drift": 0.1},
        ),
        _sentence("fewer_steps", "steps-read", "needs less than a tenth of the steps", {"ratio": 9.0}),
        _sentence("fewer_steps", "steps-read", "it arrives at all four rates, from 0.3 to 10", {"batch_rates": 3.0}),
        _sentence("fewer_steps", "steps-read", "and the other network does not", {"none_rates": 4.0}),
        _sentence("drift_and_rate", "drift-rates-read", "drifts a few times as far", {"none_3": 20.0}),
        _sentence("drift_and_rate", "drift-rates-read", "more than seven times as far as at rate 1", {"batch_10": 1.0}),
        _sentence(
            "drift_and_rate",
            "scaling-read",
            "At rates 1 and 3 the inputs of the last hidden layer drifted less",
            {"none_3": 0.001},
        ),
        _sentence(
            "input_scaling",
            "scaling-read",
            "standardized inputs or larger weights alone leave a gain",
            {"sigmoid_standardized_gain": 1.0},
            {"sigmoid_raw_times_4_gain": 20.0},
        ),
        _sentence(
            "input_scaling", "scaling-read", "both together less than 4", {"sigmoid_standardized_times_4_gain": 5.0}
        ),
        _sentence("input_scaling", "scaling-read", "less than 2 is left", {"relu_standardized_gain": 2.8}),
        _sentence(
            "input_scaling",
            "scaling-read",
            "becomes faster with each change",
            {"sigmoid_standardized_times_4_none": 450.0},
            {"relu_standardized_none": 95.0},
        ),
        _sentence(
            "input_scaling",
            "seen",
            "each took a part of that gain away, two together most of it",
            {"relu_raw_gain": 15.0},
            {"sigmoid_standardized_gain": 15.0},
            {"sigmoid_standardized_times_4_gain": 5.0},
        ),
        _sentence(
            "input_scaling",
            "scaling-read",
            "The squares stay between 20 and 90 steps",
            {"relu_raw_batch": 120.0},
            {"sigmoid_raw_times_4_batch": 100.0},
        ),
    ],
    "04": [
        _sentence("epsilon_formula", "epsilon", "becomes `sigma / sqrt(sigma² + eps)`", {"error": 0.1}),
        _sentence(
            "epsilon_formula", "scale_and_shift-task", "holds for units whose variance is large", {"std_at_0.01": 1.0}
        ),
        _sentence("identity_recovery", "identity", "the weighted sums come back", {"error": 0.1}),
        _sentence("identity_recovery", "identity", "units that move together still do", {"correlation": 0.1}),
        _sentence("sigmoid_straightness", "regressor", "At gamma 1 the sigmoid hardly bends", {"gamma_1": 0.8}),
        _sentence("sigmoid_straightness", "regressor", "a larger gamma reaches its bend", {"gamma_8": 0.98}),
        _sentence(
            "sigmoid_straightness",
            "regressor",
            "at gamma 1 and beta 4 most outputs lie above 0.95",
            {"above_0.95_at_beta_4": 0.4},
        ),
        _sentence("regressor_needs_gamma_and_beta", "hidden", "With 1 and 0 the answers stay around 0", {"fixed": 0.4}),
        _sentence("hidden_layers", "batch_norm-task", "Keeping 1 and 0 costs almost nothing here", {"fixed_1": 0.7}),
        _sentence("hidden_layers", "batch_norm-task", "A bad fixed scale costs a lot", {"fixed_0.1": 0.88}),
        _sentence(
            "hidden_layers",
            "batch_norm-task",
            "the one costs less than 3 points, the other more than 15",
            {"fixed_1": 0.85},
            {"fixed_0.1": 0.8},
        ),
        _sentence("redundant_bias", "bias", "its gradient is 0", {"with_norm": 0.01}),
    ],
    "05": [
        _sentence("parts_of_dx", "input_gradient-task", "more than a fifth of the straight one", {"indirect": 1e-4}),
        _sentence("parts_of_dx", "input_gradient-task", "Some digits have no direct part", {"silent": 0.0}),
        _sentence("identities", "identities", "over the batch `dx` adds up to 0", {"sum": 0.1}),
        _sentence("identities", "identities", "and so does `dx * x_hat`", {"along_x_hat_small_eps": 0.1}),
        _sentence("identities", "checks", "the first sum is far from 0", {"sum_detached": 0.01}),
        _sentence(
            "trap_counts", "gradient_check-task", "x does not change the loss, the true dx is 0", {"largest_ones": 0.1}
        ),
        _sentence("trap_counts", "gradient_check-task", "the true dx is almost 0", {"largest_two": 0.1}),
        _sentence("trap_counts", "gradient_check-task", "a forgotten gamma cannot be seen", {"gamma_1": 5.0}),
        _sentence("trap_counts", "depths", "finds the mistake before any training", {"check_finds_detached": 0.0}),
        _sentence(
            "trap_counts", "end", "A gradient check can be fooled by a constant `dout`", {"random": 4.0}, {"ones": 5.0}
        ),
        _sentence("detached_training", "end", "more than 10 at learning rates", {"detached_8": 0.9}),
        _sentence("detached_training", "end", "*One* layer loses little", {"detached_1": 0.5}),
    ],
    "06": [
        _sentence("batch_of_one", "alone-why", "All digits get *the same* output", {"spread": 0.1}),
        _sentence("batch_of_one", "alone-why", "about a tenth", {"one": 0.5}),
        _sentence(
            "noise_of_the_mean", "moving_average-task", "Half the noise needs four times the digits", {"error": 0.5}
        ),
        _sentence("first_steps", "memory", "Momentum 0.99 is behind", {"running_0.99_60": 0.83}),
        _sentence("first_steps", "memory", "0.9 is not", {"running_0.9_60": 0.6}),
        _sentence("first_steps", "memory", "nor is 0.99 later", {"running_0.99_600": 0.6}),
        _sentence(
            "first_steps",
            "fold_into_dense-task",
            "One pass over the training set fixes the early network",
            {"population_60": 0.6},
        ),
        _sentence(
            "small_momentum", "batch_norm_inference-task", "the accuracy stays within 3 points", {"largest": 0.1}
        ),
        _sentence("small_momentum", "batch_norm_inference-task", "the jumps cost almost nothing", {"mean": 0.02}),
        _sentence("first_steps", "precise-text", "was no longer late", {"running_0.99_600": 0.6}),
        _sentence("precise_statistics", "precise-read", "behind at rate 3", {"fast_running_0.99": 0.99}),
        _sentence("precise_statistics", "precise-read", "In batches of 1,000 momentum", {"large_precise": 0.7}),
        _sentence("accumulation", "accumulation-read", "up to rounding", {"layer": 0.1}, {"none": 0.1}),
        _sentence("accumulation", "accumulation-read", "it is another gradient", {"batch_8": 0.1}, {"batch_32": 0.1}),
        _sentence("accumulation", "accumulation-read", "exactly that of ghost batches", {"ghost": 0.1}),
        _sentence("half_precision", "half-read", "more than half of the variances", {"float16_lost_100": 0.3}),
        _sentence("half_precision", "half-read", "they overflow", {"float16_squares_300": 1.0}),
        _sentence("half_precision", "half-read", "under 0.5 % wrong at mean 100", {"float16_subtract_100": 0.1}),
        _sentence("half_precision", "half-read", "over 20 % wrong", {"bfloat16_subtract_300": 0.1}),
        _sentence("folding", "end", "Equal up to rounding", {"dense_64": 0.01}, {"conv_32": 0.1}),
    ],
    "07": [
        _sentence("keras_slow_sgd", "end", "batch norm gained more than 15 points", {"accuracy_with": 0.5}),
        _sentence("keras_sgd_rates", "end", "at 0.1 and at 0.5 less than half of that", {"ahead_0.1": 0.3}),
        _sentence("keras_adam", "adam-why", "has the lower training loss", {"loss_with": 2.0}),
        _sentence("keras_adam", "adam-why", "the moving statistics are late", {"lag_first": 0.0}),
        _sentence("keras_adam", "adam-why", "after five epochs both kinds agree within 3 points", {"lag_last": 0.05}),
        _sentence(
            "keras_adam_faster",
            "adam-verdict",
            "between 3 points behind and 2 ahead",
            {"ahead_last": 0.1},
            {"ahead_last": -0.1},
        ),
        _sentence("keras_fine_tuning", "end", "that was worth more than 3 points", {"frozen_few": 0.5}),
        _sentence("keras_fine_tuning", "end", "`training=False` does not freeze", {"free_few_moved": 0.0}),
        _sentence("keras_parameters", "fit", "The model has 11,050 parameters", {"notes": 10_954.0}),
        _sentence("keras_freezing", "end", "`training=False` does not freeze", {"training_false": 0.0}),
        _sentence("keras_learning_weights", "tuning", "for each batch norm layer inside", {"learning": 10.0}),
        _sentence("keras_fine_tuning", "to_pytorch-task", "the two differ by less than 5 points", {"free_many": 0.7}),
    ],
    "08": [
        _sentence("small_rate", "rates-read", "it is a little *behind*", {"batch_0.01": 0.8}),
        _sentence(
            "larger_rates",
            "rates-read",
            "at 0.1 and 0.3 the two end less than 5 points apart",
            {"batch_0.1": 0.8},
            {"none_0.3": 0.8},
        ),
        _sentence("larger_rates", "rates-read", "At 1 the network without batch norm is behind", {"none_1": 0.95}),
        _sentence(
            "larger_rates", "rates-read", "At 3 it blew up, its loss past 1e100", {"none_3": 0.8}, {"loss_3": 99.0}
        ),
        _sentence("larger_rates", "rates-read", "the other learns", {"batch_3": 0.5}),
        _sentence("scale_identities", "scale-read", "The gradient follows your formula", {"length": 0.01}),
        _sentence("scale_identities", "scale-read", "and the loss does not change", {"loss": 0.01}),
        _sentence("scale_identities", "scale-read", "it does a little", {"loss_small": 0.0}),
        _sentence("scale_identities", "scale-read", "The cosine is 0 except for epsilon", {"cosine": 0.01}),
        _sentence("large_rate_without_growth", "growth-read", "learns without this brake too", {"accuracy": 0.5}),
        _sentence(
            "brakes",
            "growth-read",
            "5 % at rate 0.3, by 30 % at 1, by 65 % at 3",
            {"left_0.3": 0.9},
            {"left_1": 0.8},
            {"left_3": 0.5},
        ),
        _sentence("same_course", "growth-text", "so the losses must be", {"course": 0.01}),
        _sentence("growing_weights", "growth-text", "the weights must grow at each", {"grew": 0.9}),
        _sentence("growing_weights", "growth-read", "long weights turn slowly", {"effective": 1.0}),
        _sentence(
            "eight_relu_layers", "smooth-read", "the loss changes far less with batch norm", {"batch_range": 3.0}
        ),
        _sentence("eight_relu_layers", "smooth-read", "the gradient moves far less too", {"batch_moves": 15.0}),
        _sentence(
            "rougher_at_the_start",
            "smooth-read",
            "its range is more than three times as large, and the gradient moves more than twice as far, at",
            {"batch_range_0": 0.1},
            {"batch_moves_0": 1.0},
        ),
        _sentence(
            "smooth_and_slow",
            "smooth-read",
            "is *smoother*",
            {"none_range": 2.0},
            {"none_moves": 3.0},
        ),
        _sentence(
            "smooth_and_slow", "smooth-read", "learns next to nothing", {"none_steps": 200.0}, {"none_accuracy": 0.3}
        ),
        _sentence(
            "noise_drifts_and_is_fast",
            "noise-read",
            "about as much as without batch norm",
            {"noisy_drift": 0.1},
            {"noisy_drift": 0.9},
        ),
        _sentence("noise_drifts_and_is_fast", "noise-read", "at most two thirds of the steps", {"noisy_steps": 125.0}),
        _sentence("noise_costs", "noise-read", "here the noise costs", {"noisy_steps": 75.0}),
        _sentence(
            "noise_at_a_larger_rate", "noise-read", "*faster* than the one without", {"noisy_steps": float("inf")}
        ),
        _sentence("exploding_gradients", "depth-read", "keep the gradient level", {"none": 1.2}),
        _sentence("exploding_gradients", "depth-read", "grows by a factor of 1.2 a layer", {"batch": 1.0}),
        _sentence("explosion_after_a_step", "depth-read", "less than 50 are left after one step", {"ratio_1": 51.0}),
        _sentence(
            "explosion_after_a_step",
            "depth-read",
            "less than ten, often less than one, after ten steps",
            {"ratio_10": 10.5},
        ),
        _sentence("meeting", "meeting-read", "still about twice as high", {"by_steps": 1.4}),
        _sentence("meeting", "meeting-read", "nearly one curve", {"ratio": 0.6}, {"apart": 0.1}),
        _sentence("meeting_at_a_large_rate", "meeting-read", "the sums foretell too many", {"ratio": 1.0}),
        _sentence("ghost_batches", "ghost-read", "does help on unseen digits", {"noise": 0.86}, {"ghost_8": 0.86}),
        _sentence("ghost_batches", "ghost-read", "ghost batches of 2 are far behind", {"ghost_2": 0.86}),
        _sentence("ghost_batches", "ghost-read", "after 300 steps, its mean gain comes with the noise", {"none": 0.7}),
    ],
    "09": [
        _sentence(
            "entropy_falls",
            "entropy-question",
            "the entropy falls by a quarter to a third",
            {"noise entropy after": 0.8},
            {"noise entropy after": 0.4},
        ),
        _sentence(
            "entropy_steps",
            "entropy-read",
            "became surer of its answers, and of wrong ones too",
            {"noise entropy after": 1.0},
            {"noise wrong after": 1.5},
            {"inverted wrong after": 1.5},
        ),
        _sentence("entropy_steps", "entropy-read", "the new statistics had done the work", {"brighter target": 0.3}),
        _sentence("entropy_steps", "entropy-read", "the steps change little", {"noise tent": 0.7}, {"noise tent": 0.2}),
        _sentence("entropy_steps", "entropy-read", "Inverted digits stay wrong", {"inverted tent": 0.5}),
        _sentence(
            "small_batches",
            "small-why",
            "Better statistics afterwards",
            {"renewed_2": 0.1},
        ),
        _sentence("small_batches", "end", "batches of two cost accuracy", {"batch_2": 0.1}),
        _sentence("one_class", "end", "those of one class ruin it", {"batch": 0.8}),
        _sentence("one_class", "composition-why", "new batches of one class fare hardly better", {"batch_own": 0.5}),
        _sentence("one_class_for_longer", "composition-why", "rate of 0.1, they fare much better", {"own": 0.4}),
        _sentence("one_class_for_longer", "composition-why", "mixed ones hardly", {"running": 0.4}),
        _sentence("leak", "end", "neighbours can tell the answer", {"batch": 0.2}),
        _sentence("leak", "composition-why", "with running statistics that is gone", {"batch_later": 0.8}),
        _sentence("variance_shift", "regularizers-why", "above 1.12 and 1.4", {"ratio_0.2": 1.1}, {"ratio_0.5": 1.3}),
        _sentence("weight_decay", "composition-why", "shorter weights give the same outputs", {"changed_batch": 0.5}),
        _sentence("weight_decay", "regularizers-why", "a step turns short weights farther", {"turn_0.05": 0.3}),
        _sentence("who_shares", "regularizers-why", "*which numbers share*", {"others elsewhere": 8.0}),
        _sentence(
            "who_shares",
            "layer_norm-task",
            "The second takes *each position alone*",
            {"layer norm of a position": 24.0},
        ),
        _sentence("shards", "adabn", "Combined is exact", {"error": 0.1}),
        _sentence(
            "shards", "adabn", "more than half of a unit's variance can hide between devices", {"lost sorted": 0.3}
        ),
        _sentence("after_shifts", "pick_a_normalizer-task", "new statistics take both away", {"fog target": 0.5}),
        _sentence(
            "after_shifts",
            "pick_a_normalizer-task",
            "restores a network without batch norm as well",
            {"brighter inputs": 0.5},
        ),
        _sentence(
            "after_shifts", "pick_a_normalizer-task", "does better with an uneven sensor", {"uneven sensor inputs": 0.6}
        ),
        _sentence(
            "after_shifts",
            "pick_a_normalizer-task",
            "With noise AdaBN gains a little and leaves more missing",
            {"noise target": 0.3},
            {"noise target": 0.93},
        ),
        _sentence(
            "after_shifts",
            "pick_a_normalizer-task",
            "new statistics help against neither",
            {"inverted target": 0.9},
            {"rotated by 30° target": 0.7},
        ),
        _sentence(
            "after_domain_shift", "pick_a_normalizer-task", "AdaBN gains less than 10 points", {"mnist target": 0.65}
        ),
    ],
    "10": [
        _sentence("small_differences", "inference-measure", "must depend on that example alone", {"alone_right": 1.0}),
        _sentence("lost_digits", "running", "steps of 0.0625", {"step": 0.1}, {"bug": 0.01}),
        _sentence("hidden_bugs", "hiding", "The telling inputs show all twelve", {"telling": 1.0}),
        _sentence("hidden_bugs", "end", "on tame inputs seven of twelve exhibits did not", {"tame": 6.0}),
        _sentence("kill_counts", "kills-read", "Only *the lost digits* pass all five", {"missed_by_all": 2.0}),
        _sentence(
            "kill_counts", "kills-read", "in the inputs of these re-creations fewer than a hundred", {"farthest": 300.0}
        ),
        _sentence("kill_counts", "kills-read", "higher or lower (Deep-ML 4", {"Deep-ML": 5.0}),
        _sentence("kill_counts", "kills-read", "ARENA 2", {"ARENA": 1.0}),
        _sentence("kill_counts", "end", "finds all that its task can contain", {"complete": 1.0}),
        _sentence("kill_counts", "end", "finds all twelve", {"reference": 11.0}),
    ],
    "11": [
        _sentence("token_layer_norm", "tokens-read", "each position alone", {"LayerNormalization()": 24}),
        _sentence(
            "token_layer_norm", "tokens-read", "all positions of a text share", {"LayerNormalization(axis=(1, 2))": 6}
        ),
        _sentence("token_layer_norm", "tokens-read", "Keras's is 1e-3", {"eps": 1e-5}),
        _sentence("token_layer_norm", "tokens-read", "for small numbers that matters", {"small": 0.99}),
        _sentence("pre_and_post", "pre-post-read", "one part in as many", {"pre-norm, in parts": 9.0}),
        _sentence("pre_and_post", "pre-post-read", "so much less is left", {"post-norm": 0.04}),
        _sentence("pre_and_post", "pre-post-read", "So it is with 6 to 24 blocks", {"pre-norm": 0.0}),
        _sentence("pre_and_post", "tokens-read", "about the mean square that they take", {"dense": 0.4}),
        _sentence("pre_and_post", "tokens-read", "the first attention less", {"attention": 1.0}),
        _sentence("residual_signal", "signal-read", "every branch adds about 1", {"slope": 3.0}),
        _sentence("residual_signal", "signal-read", "about one part in k + s", {"share": 5.0}),
        _sentence("residual_signal", "signal-read", "grows by a factor a block", {"growth": 1.0}),
        _sentence("residual_signal", "signal-read", "stay a large part of the sum", {"share_none": 0.05}),
        _sentence("residual_signal", "end", "the signal grew by a factor a block", {"growth": 1.0}),
        _sentence("shallow_residual", "trained-read", "learns at the smallest rate", {"nothing 0.003": 0.2}),
        _sentence("deep_residual", "trained-read", "At 50 blocks it does at none", {"nothing 0.003": 0.8}),
        _sentence(
            "deep_residual",
            "trained-read",
            "the other four ends learn",
            {"batch norm 0.03": 0.2},
            {"gamma 0 0.03": 0.2},
            {"a scalar 0 0.03": 0.2},
            {"layer norm 0.003": 0.2},
        ),
        _sentence(
            "divided_residual", "trained-read", "With the growth taken away it learns at none either", {"best": 0.8}
        ),
        _sentence("divided_residual", "trained-read", "(nor from 0.0003 to 0.01)", {"best": 0.8}),
        _sentence("divided_residual", "end", "also with the growth of the signal taken away", {"best": 0.8}),
        _sentence("deep_residual", "trained-read", "plain batch norm fails at both depths", {"batch norm 0.3": 0.9}),
        _sentence("shallow_residual", "trained-read", "plain batch norm fails at both depths", {"batch norm 0.3": 0.9}),
        _sentence("deep_residual", "end", "learned at none of three rates", {"nothing 0.3": 0.8}),
        _sentence(
            "folded_border",
            "may_fold-task",
            "In the middle the folded convolution is right to rounding, on the edge it is not",
            {"zeros, middle": 0.1},
            {"zeros, edge": 0.0},
        ),
        _sentence("folded_border", "may_fold-task", "it is right everywhere", {"border": 0.2}),
        _sentence(
            "residual_tuning",
            "end",
            "With batch norm frozen no statistic moves; left free they do",
            {"frozen statistics": 0.1},
            {"free statistics": 0.0},
        ),
    ],
}
