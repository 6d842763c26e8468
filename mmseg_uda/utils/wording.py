"""Words of messages that depend on a number."""


def counted(count: int, noun: str) -> str:
    """Return a number and what is counted, such as ``1 image`` or ``2 images``."""
    return f"{count} {noun}{'s' * (count != 1)}"
