"""How much of what a submission shows is kept: of all its cells together, and not of each."""

MOST_CHARACTERS = 20_000_000  # of a submission; a page of feedback repeats each of them
MOST_OUTPUTS = 5_000
_NOTE = {
    "output_type": "stream",
    "name": "stdout",
    "text": "[This notebook shows more than is kept; what this cell shows was left out.]\n",
}


class OutputAllowance:
    """What is left for the cells that come.

    Parameters
    ----------
    characters : int
    outputs : int
    """

    def __init__(self, characters=MOST_CHARACTERS, outputs=MOST_OUTPUTS):
        self.characters = characters
        self.outputs = outputs

    def take(self, outputs):
        """Give the outputs of a cell that still have their place, and a note where some have none.

        Parameters
        ----------
        outputs : list of dict
            In the form of a notebook.

        Returns
        -------
        list of dict

        Examples
        --------
        >>> said = {"output_type": "stream", "name": "stdout", "text": "0123456789"}
        >>> left = OutputAllowance(characters=15)
        >>> [output["text"][:10] for output in left.take([said, said])]
        ['0123456789', '[This note']
        """
        kept = []
        for output in outputs:
            size = _size(output)
            if size > self.characters or not self.outputs:
                return [*kept, dict(_NOTE)]
            self.characters -= size
            self.outputs -= 1
            kept.append(output)
        return kept


def _size(output):
    """Count the characters of an output."""
    if isinstance(output, dict):
        return sum(map(_size, output.values()))
    if isinstance(output, list | tuple):
        return sum(map(_size, output))
    return len(output) if isinstance(output, str) else 8
