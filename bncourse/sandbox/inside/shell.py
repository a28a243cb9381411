"""IPython as it runs the cells of a submission: no terminal, no kernel, and outputs that are kept up to a size."""

import contextlib
import functools
import os
import subprocess
import sys
import sysconfig

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

KEPT_CHARACTERS = 200_000
KEPT_PICTURES = 8_000_000  # characters of all pictures of a cell together
KEPT_OUTPUTS = 1_000
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Outputs:
    """What a cell shows, in the form of the notebook, up to a number of characters."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.kept = []
        self.characters_left = KEPT_CHARACTERS
        self.pictures_left = KEPT_PICTURES
        self.dropped = 0

    def stream(self, name, text):
        text = str(text)
        kept = text[: max(self.characters_left, 0)]
        self.dropped += len(text) - len(kept)
        self.characters_left -= len(kept)
        if not kept:
            return
        if self.kept and self.kept[-1].get("name") == name:
            self.kept[-1]["text"].append(kept)
        elif len(self.kept) < KEPT_OUTPUTS:
            self.kept.append({"output_type": "stream", "name": name, "text": [kept]})
        else:
            self.dropped += len(kept)

    def bundle(self, kind, data, metadata=None):
        data = {str(k): v for k, v in dict(data).items() if isinstance(v, str | dict | list)}
        size = sum(len(v) for k, v in data.items() if isinstance(v, str) and not k.startswith("image/"))
        pictures = sum(len(v) for k, v in data.items() if isinstance(v, str) and k.startswith("image/"))
        if size > self.characters_left or pictures > self.pictures_left or len(self.kept) >= KEPT_OUTPUTS:
            self.dropped += size + pictures
            return
        self.characters_left -= size
        self.pictures_left -= pictures
        self.kept.append({"output_type": kind, "data": data, "metadata": {}})

    def error(self, kind, message, traceback):
        message = without_places(str(message)[:2_000])
        lines = [without_places(str(line)[:4_000]) for line in traceback][-60:]
        self.kept = self.kept[:KEPT_OUTPUTS]
        self.kept.append(
            {"output_type": "error", "ename": str(kind)[:200], "evalue": str(message)[:2_000], "traceback": lines}
        )

    def give(self):
        for output in self.kept:
            if output["output_type"] == "stream":
                output["text"] = without_places("".join(output["text"]))
        if self.dropped:
            note = f"\n[{self.dropped:,} more characters were not kept]\n"
            self.kept.append({"output_type": "stream", "name": "stdout", "text": note})
        return self.kept


OUTPUTS = Outputs()


def without_places(text):
    """Take the folders of the grader's machine out of a text: where they are is nothing to a learner.

    Parameters
    ----------
    text : str
        Such as a line of a traceback.
    """
    for place, name in _places(os.environ.get("HOME", "")):
        text = text.replace(place, name)
    return text


@functools.cache
def _places(home):
    paths = sysconfig.get_paths()
    found = {
        os.path.dirname(_PACKAGE): "",
        home: "",
        paths["purelib"]: "",
        paths["platlib"]: "",
        paths["stdlib"]: "",
        sys.prefix: "python",
        sys.base_prefix: "python",
    }
    both = {os.path.realpath(place): name for place, name in found.items()} | found
    named = [(place + os.sep if not name else place, name) for place, name in both.items() if len(place) > 5]
    return sorted(named, key=lambda pair: -len(pair[0]))


class Stream:
    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, name):
        self.name = f"<{name}>"
        self._name = name

    def write(self, text):
        OUTPUTS.stream(self._name, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    def fileno(self):
        return 1 if self._name == "stdout" else 2


class _Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    def start_displayhook(self):
        self._shown = {}

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self._shown = format_dict

    def finish_displayhook(self):
        if self._shown:
            OUTPUTS.bundle("execute_result", self._shown)


class _Publisher(DisplayPublisher):
    """Keeps what is displayed."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs):
        OUTPUTS.bundle("display_data", data)

    def clear_output(self, wait=False):
        OUTPUTS.clear()


class Shell(InteractiveShell):
    """IPython without a terminal or a kernel: magics, display and top-level await work."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    def showtraceback(self, exc_tuple=None, *arguments, **options):
        """Show where a cell stopped, without the frames of the session itself, which are nothing to a learner."""
        with contextlib.suppress(Exception):
            _, _, step = self._get_exc_info(exc_tuple)
            while step.tb_next:
                if step.tb_next.tb_frame.f_code.co_filename.startswith(_PACKAGE):
                    step.tb_next = None
                    break
                step = step.tb_next
        super().showtraceback(exc_tuple, *arguments, **options)

    def _showtraceback(self, etype, evalue, stb):
        try:
            message = str(evalue)
        except Exception:  # an exception whose own text fails has none
            message = ""
        OUTPUTS.error(getattr(etype, "__name__", etype), message, stb)

    def enable_gui(self, gui=None):
        pass

    def system(self, command):
        """Run ``!command``; there is no terminal in a session."""
        ran = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        sys.stdout.write(ran.stdout.decode(errors="replace"))
        sys.stderr.write(ran.stderr.decode(errors="replace"))
        self.user_ns["_exit_code"] = ran.returncode

    def init_virtualenv(self):
        pass

    def ask_exit(self):
        """Go on: the notebook has more cells."""


def make_shell():
    """Make the shell, once, before any submission is there."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.cache_size = 20
    shell = Shell.instance(config=config)
    with contextlib.suppress(ImportError):
        import matplotlib

        matplotlib.use("module://matplotlib_inline.backend_inline")
        from matplotlib_inline import backend_inline

        backend_inline.configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
    shell.run_cell("raise ValueError", store_history=False)  # loads what writes tracebacks
    return shell
