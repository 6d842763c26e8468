"""What an exception of any package says, be it nothing."""

import traceback


def said_by(error: BaseException) -> str:
    """Return kind and text of an error; without a text, the line that raised it."""
    kind, text = type(error).__name__, str(error).strip()
    if text:
        return f"{kind}: {text}"
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return kind
    last = frames[-1]
    return f"{kind} in {last.filename}, line {last.lineno}: {last.line}"
