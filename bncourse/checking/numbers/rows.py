"""What a row of named things has in place of what another one has, such as the layers of a model."""

from difflib import SequenceMatcher

_MOST = 3  # differences that are told


def is_row(value):
    """Return whether a value is a row of texts."""
    return isinstance(value, tuple | list) and all(isinstance(each, str) for each in value)


def differences(yours, wanted):
    """Say where one row differs from another.

    Parameters
    ----------
    yours, wanted : sequence of str

    Returns
    -------
    str
        Such as "Dense(64) in place of Dense(64, no bias)", or "".
    """
    if len(yours) == len(wanted):
        pairs = [(mine, right) for mine, right in zip(yours, wanted, strict=True) if mine != right]
        return "; ".join([f"{mine} in place of {right}" for mine, right in dict.fromkeys(pairs)][:_MOST])
    said = []
    for kind, i, j, k, m in SequenceMatcher(None, yours, wanted, autojunk=False).get_opcodes():
        behind = " at the end" if kind == "delete" and j == len(yours) else ""
        behind = behind or (f" behind {wanted[k - 1]}" if k else " at the beginning")
        if kind == "replace":
            said.append(f"{', '.join(yours[i:j])} in place of {', '.join(wanted[k:m])}")
        elif kind == "delete":
            said.append(f"{', '.join(yours[i:j])} too much{behind}")
        elif kind == "insert":
            said.append(f"{', '.join(wanted[k:m])} missing{behind}")
    return "; ".join(said[:_MOST])
