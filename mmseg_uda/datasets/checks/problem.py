"""What is wrong with the files of a data set, told once for equal ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BYTES = re.compile(r"\d+ bytes")
_MAX_SHOWN = 10
_MAX_FILES = 3


@dataclass(frozen=True)
class Problem:
    """What is wrong with a sample.

    Attributes:
        text: The message; it names the file.
        sample: Description of the sample.
        lacks_option: Whether an option of the data set would do.
    """

    text: str
    sample: dict
    lacks_option: bool = False

    @property
    def files(self) -> list[str]:
        """Files of the sample that the text names, the label first."""
        paths = (self.sample.get("seg_map_path"), self.sample["img_path"])
        return [path for path in paths if path and path in self.text]

    @property
    def kind(self) -> str:
        """The text without the names and sizes of files."""
        text = _BYTES.sub("", self.text)
        for file in sorted(self.files, key=len, reverse=True):
            text = text.replace(file, "{}")
        return text


def told(name: str, problems: Sequence[Problem]) -> str:
    """Return one message for all problems of a data set.

    Args:
        name: What the data set is called.
        problems: At least one. Those that differ in their files alone are one entry;
            ten entries are shown.
    """
    by_kind: dict[str, list[Problem]] = {}
    for problem in problems:
        by_kind.setdefault(problem.kind, []).append(problem)
    lines = [f"{name}: {len(problems)} problem(s)"]
    for equal in list(by_kind.values())[:_MAX_SHOWN]:
        lines.append(f"  {equal[0].text}")
        files = [problem.files[0] for problem in equal[1:] if problem.files]
        if files:
            shown = ", ".join(files[:_MAX_FILES]) + ", ..." * (len(files) > _MAX_FILES)
            lines.append(f"    and the same of {len(files)} more: {shown}")
    rest = sum(len(equal) for equal in list(by_kind.values())[_MAX_SHOWN:])
    return "\n".join([*lines, f"  and {rest} more"] if rest else lines)
