"""What the tables of answers share: an answer that is another one but for some words."""


def changed(code, *changes):
    """Return a code with pairs of old and new text exchanged."""
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in code, old
        code = code.replace(old, new)
    return code
