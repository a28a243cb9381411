"""What is different on Colab and Kaggle, said where it is so."""

import os
import sys

SAYS = {
    "Colab": (
        "This is Colab. The checks answer as everywhere.\n"
        "- Keep your work: File > Save a copy in Drive. What is not in the notebook ends with the session, your "
        "guesses and `progress()` too.\n"
        "- If Colab asks you to restart the session after this cell, do it, and go on below.\n"
        "- To hand in: File > Download > Download .ipynb, and keep its name. There is no button Validate here."
    ),
    "Kaggle": (
        "This is Kaggle. The checks answer as everywhere.\n"
        "- The cell above needs the internet: switch it on in the settings of the notebook, on the right.\n"
        "- Keep your work: Save Version. What is not in the notebook ends with the session, your guesses and "
        "`progress()` too.\n"
        "- To hand in: File > Download Notebook, and give the file its old name. There is no button Validate here."
    ),
}


def place():
    """Return "Colab" or "Kaggle", or "" where this is neither.

    Returns
    -------
    str
    """
    if "google.colab" in sys.modules:
        return "Colab"
    return "Kaggle" if "KAGGLE_KERNEL_RUN_TYPE" in os.environ else ""


def tell():
    """Print what is different here, if anything is."""
    if says := SAYS.get(place()):
        print(says)
