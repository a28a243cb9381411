"""The one error that a person can mend."""


class Trouble(Exception):
    """Something the person can mend: the message says what is wrong and what to do next.

    In a notebook it shows the message alone; where in the course it was raised mends nothing.
    """

    def _render_traceback_(self):
        return [str(self)]
