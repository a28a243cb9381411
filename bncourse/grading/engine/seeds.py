"""The seed of a submission's hidden inputs: new for each hand-in, the same when the same is graded again."""

import hashlib
from collections import Counter


def seed_of(submission, notebook, files):
    """Return the seed for what was handed in.

    All that a session sees of a submission goes into it: the text of the code, and the files beside the notebook. So
    whatever an answer has learnt from the last feedback, it cannot use it without drawing other inputs. Nobody can
    draw them in advance, for the id in the gradebook is random and known to no student.

    Parameters
    ----------
    submission : str
        The id that the gradebook keeps for it.
    notebook : NotebookNode
    files : dict of str to bytes
        What lies beside it.

    Returns
    -------
    int
    """
    code = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    parts = ["bncourse", str(submission), str(len(code)), *code]  # how many, or a file could stand for a cell
    content = [part.encode("utf-8", "surrogatepass") for part in parts]
    for name in sorted(files):
        content += [name.encode("utf-8", "surrogatepass"), bytes(files[name])]
    summed = hashlib.sha256()
    for part in content:  # each after its length, so that no two submissions run together to the same bytes
        summed.update(len(part).to_bytes(8, "big") + part)
    return int.from_bytes(summed.digest()[:6], "big")


class Looks:
    """The seed of each time that a check is judged, so that what an answer has seen at one time is worth nothing later.

    Parameters
    ----------
    seed : int
        Of the submission.
    """

    def __init__(self, seed):
        self.seed = seed
        self._counts = Counter()

    def next(self, name):
        """Return the seed for a check that is judged now: the submission's own the first time, then others.

        Parameters
        ----------
        name : str
            Of the check.

        Returns
        -------
        int
        """
        count = self._counts[name]
        self._counts[name] += 1
        if not count:
            return self.seed
        return int.from_bytes(hashlib.sha256(f"{self.seed} {count}".encode()).digest()[:6], "big")
