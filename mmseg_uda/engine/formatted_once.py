"""A config that is not formatted again and again."""

from __future__ import annotations

from mmengine.config import Config

from .config_text import config_text


class FormattedOnce(Config):
    """A config whose text is formatted anew only when it has changed.

    mmengine formats all of it, which takes half a second to two seconds, for the log,
    for the dump, and for every single checkpoint. See :func:`config_text` for how.
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
        plain = self._cfg_dict.to_dict()
        content = repr(plain)
        if self._formatted[0] != content:
            object.__setattr__(self, "_formatted", (content, config_text(plain)))
        return self._formatted[1]
