"""Places on the instructor's machine, taken out of what learners read: tracebacks name files, and files have owners."""

import tempfile

from bncourse.sandbox import mounts
from bncourse.sandbox.folders import PREFIX, SESSIONS


class Places:
    """The places that a session's messages may name, each with the word that learners read for it.

    Parameters
    ----------
    folder : path
        The folder of the sandbox.
    """

    def __init__(self, folder):
        words = {f"{folder}/package/": "", f"{folder}{SESSIONS}/": "session/", f"{folder}": "session"}
        words |= {f"{place}/": "" for place in mounts.python_folders()}
        words |= {f"{mounts.PACKAGE.parent}/": "", f"{tempfile.gettempdir()}/{PREFIX}": "session-"}
        self._words = sorted(words.items(), key=lambda item: -len(item[0]))  # a folder before the one that it lies in

    def hide(self, text):
        """Return a text without these places.

        Parameters
        ----------
        text : str
        """
        for place, word in self._words:
            text = text.replace(place, word)
        return text

    def hide_in(self, outputs):
        """Take these places out of the texts of a cell's outputs, which are changed.

        Parameters
        ----------
        outputs : list of dict
            As `bncourse.grading.display.outputs.clean_outputs` gives them.
        """
        for output in outputs:
            for name in ("text", "evalue"):
                if name in output:
                    output[name] = self.hide(output[name])
            if "traceback" in output:
                output["traceback"] = [self.hide(line) for line in output["traceback"]]
            for kind, text in output.get("data", {}).items():
                if kind.startswith("text/"):
                    output["data"][kind] = self.hide(text)
        return outputs
