"""Something about a run that its owner should know."""

from dataclasses import dataclass

#: How grave it is, the gravest first.
PROBLEM, CAUTION, NOTE = LEVELS = ("problem", "caution", "note")


@dataclass(frozen=True)
class Finding:
    """A finding.

    Args:
        rule: Short name of the rule that found it.
        level: One of :data:`LEVELS`.
        stage: Name of the stage that it is about, ``''`` for all of the run.
        text: What was found, a sentence.
        remedy: What to do, a sentence; empty where the text says it already.
    """

    rule: str
    level: str
    stage: str
    text: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(
                f"level must be one of {', '.join(LEVELS)}, got {self.level!r}"
            )
