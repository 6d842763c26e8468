"""A config that is not formatted again and again."""

from __future__ import annotations

from mmengine.config import Config


class FormattedOnce(Config):
    """A config whose text is formatted anew only when it has changed.

    mmengine formats all of it, which takes half a second to a second, for the log, for
    the dump, and for every single checkpoint.
    """

    _formatted = ("", "")  # of what, and its text

    @classmethod
    def of(cls, cfg: Config) -> FormattedOnce:
        """Return a config that shares all with another one."""
        shared = cls.__new__(cls)
        shared.__setstate__(cfg.__getstate__())
        return shared

    @property
    def pretty_text(self) -> str:
        """Text of the config, as Python."""
        content = repr(self._cfg_dict.to_dict())
        if self._formatted[0] != content:
            formatted = (content, super().pretty_text)
            object.__setattr__(self, "_formatted", formatted)
        return self._formatted[1]
