"""Quiz parameter_counts. How many numbers the notes' model holds, and which of them learn."""

from bncourse.checking import Quiz

parameter_counts = Quiz(
    name="parameter_counts",
    notebook="07-keras",
    asks=(
        "Count the parameters of the notes' model: 128 inputs, Dense(64), BN, ReLU, Dense(32), BN, ReLU, "
        "Dense(10, softmax), each Dense with its bias."
    ),
    points=2,
    section="How many parameters",
    hints=(
        "A Dense layer has one weight for each pair of input and unit, and one bias for each unit.",
        "A BN layer over C units keeps four numbers for each unit. Two learn by gradient, two follow the batches.",
        "Add the five layers for the total. The non-trainable ones are the moving means and variances. "
        "A bias before BN is redundant: 64 + 32 of them. An optimizer keeps numbers of its own.",
    ),
)

question = parameter_counts.question

question(
    "dense_1",
    "How many parameters has the first layer, Dense(64) on 128 inputs?",
    8256,
    {
        8192: "These are the weights, 128 x 64. Each of the 64 units also has a bias.",
        8320: "A bias belongs to each of the 64 units, not to each of the 128 inputs.",
        64: "64 is how many units there are. Each has 128 weights and a bias.",
        ...: "It is 128 x 64 weights and 64 biases.",
    },
    "128 x 64 weights and 64 biases.",
)
question(
    "batch_norm_1",
    "How many parameters has the BN layer after Dense(64)?",
    256,
    {
        64: ("K3", "One number for each unit is too few: there are gamma, beta, moving mean and moving variance."),
        128: ("K3", "These are gamma and beta. Keras also counts the moving mean and variance: four for each unit."),
        192: ("K3", "Three for each unit: one is missing among gamma, beta, moving mean and moving variance."),
        512: ("K3", "BN counts over its own 64 units, and not over the 128 inputs of the layer before."),
        4: ("K3", "Each of the 64 units has its own four numbers."),
        2: ("K3", "Each of the 64 units has its own gamma and beta, and its own moving mean and variance."),
        ...: ("K3", "Four numbers for each of its 64 units: gamma, beta, moving mean, moving variance."),
    },
    "Gamma, beta, moving mean and moving variance for each of 64 units.",
)
question(
    "dense_2",
    "How many parameters has the second layer, Dense(32)?",
    2080,
    {
        2048: "These are the weights, 64 x 32. Each of the 32 units also has a bias.",
        4128: "Its inputs are the 64 units of the layer before, not the 128 inputs of the model.",
        8224: "BN keeps four numbers for each unit, but hands on one: Dense(32) has 64 inputs, not 256.",
        ...: "It is 64 x 32 weights and 32 biases.",
    },
    "64 x 32 weights and 32 biases.",
)
question(
    "batch_norm_2",
    "How many parameters has the BN layer after Dense(32)?",
    128,
    {
        32: ("K3", "One number for each unit is too few: there are gamma, beta, moving mean and moving variance."),
        64: ("K3", "These are gamma and beta. Keras also counts the moving mean and variance: four for each unit."),
        96: ("K3", "Three for each unit: one is missing among gamma, beta, moving mean and moving variance."),
        256: ("K3", "BN counts over its own 32 units. 256 is the BN layer before it, over 64."),
        ...: ("K3", "Four numbers for each of its 32 units: gamma, beta, moving mean, moving variance."),
    },
    "Four for each of 32 units.",
)
question(
    "dense_3",
    "How many parameters has the last layer, Dense(10)?",
    330,
    {
        320: "These are the weights, 32 x 10. Each of the 10 units also has a bias; no BN replaces it.",
        650: "Its inputs are the 32 units of the layer before, not 64.",
        ...: "It is 32 x 10 weights and 10 biases.",
    },
    "32 x 10 weights and 10 biases.",
)
question(
    "total",
    "How many parameters has the whole model, before any training?",
    11050,
    {
        10666: ("K3", "These are the three Dense layers. The two BN layers add 4 x 64 and 4 x 32."),
        10858: ("K3", "These are the trainable ones. The moving means and variances count in the total too."),
        10762: ("K3", "You count one number for each unit of BN. There are four."),
        10954: ("K3", "This is the total without the 96 biases before BN. The notes' model has them."),
        32768: ("K3", "This is what the summary says after fit: it then counts the optimizer's variables too."),
        ...: "It is the sum of the five layers; ReLU and softmax have no parameters.",
    },
    "8,256 + 256 + 2,080 + 128 + 330.",
)
question(
    "trainable",
    "How many of them are trainable (given to the optimizer)?",
    10858,
    {
        11050: ("K3", "The moving means and variances are no trainable weights: no gradient reaches them."),
        10666: ("K3", "Gamma and beta are trainable too: 2 x 64 and 2 x 32 more."),
        10762: ("K3", "Each unit of BN has two trainable numbers, gamma and beta: 2 x 96, not 96."),
        10954: (
            "K3",
            "Of the four numbers for each unit of BN, two are not trainable: the moving mean and the moving variance.",
        ),
        ...: "It is the total less the moving means and the moving variances.",
    },
    "The total less the moving means and variances.",
)
question(
    "non_trainable",
    "How many of them are not trainable?",
    192,
    {
        0: ("K3", "The moving means and the moving variances are weights that no gradient changes."),
        96: ("K3", "Each of the 96 units has two: its moving mean and its moving variance."),
        384: ("K3", "These are all the numbers of the two BN layers. Gamma and beta are trainable."),
        128: ("K3", "This is the first BN layer alone; the second adds 2 x 32."),
        ...: ("K3", "Each unit of a BN layer has two: its moving mean and its moving variance."),
    },
    "A moving mean and a moving variance for each of 64 + 32 units.",
)
question(
    "without_redundant_biases",
    "How many parameters has the model without the biases that BN makes redundant?",
    10954,
    {
        10944: ("K4", "The last Dense layer keeps its 10 biases: no BN follows it."),
        11050: ("K4", "BN subtracts the mean, and a bias before it with it. Those 64 + 32 biases can go."),
        10762: (
            "K3",
            "These are the trainable ones without the redundant biases; the total also holds the moving statistics.",
        ),
        10858: (
            "K3",
            "The moving statistics stay. What goes are the biases of the two Dense layers before BN: 64 + 32.",
        ),
        10986: ("K4", "You took away the 64 biases of the first layer; those of the second, 32, are redundant too."),
        ...: "It is the total less the biases of the two Dense layers before BN.",
    },
    "The total less 64 + 32 biases.",
)
question(
    "of_the_optimizer",
    "After fit with Adam the summary's total reads 32,768. How many of these belong to the optimizer?",
    21718,
    {
        0: ("K3", "The model has 11,050 parameters before and after fit. All others in 32,768 are the optimizer's."),
        11050: ("K3", "These are the model's own. What is more than that in 32,768 is the optimizer's."),
        10858: ("K3", "Adam keeps two numbers for each trainable weight, not one, and two for itself."),
        21716: (
            "K3",
            "Two for each of the 10,858 trainable weights; and Adam also keeps its step count and learning rate.",
        ),
        22100: ("K3", "Adam keeps nothing for the 192 moving statistics: no gradient reaches them."),
        21910: ("K3", "You took the trainable ones away from 32,768. The 192 moving statistics are the model's too."),
        32768: ("K3", "The model's own 11,050 are in this number."),
        ...: ("K3", "It is 32,768 less the model's own parameters."),
    },
    "Two for each of 10,858 trainable weights, the step count and the learning rate. "
    "model.count_params() leaves them out.",
)
