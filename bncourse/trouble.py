"""The one error that a person can mend."""


class Trouble(Exception):
    """Something the person can mend: the message says what is wrong and what to do next."""
