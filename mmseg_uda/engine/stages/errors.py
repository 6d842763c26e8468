"""The error that a user can act on."""


class StageError(ValueError):
    """A run cannot go on for a reason that its user can act on."""
