"""Parts of a model that are held fixed while others learn through them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch import nn

from mmseg_uda.utils.suggestions import did_you_mean

from .checkpoint_layout import PARTS


class FrozenParts:
    """Modules whose weights and statistics stay as they are.

    Their parameters require no gradient, so that no optimizer takes them, and they are
    in evaluation mode also while the rest trains. Gradient flows *through* them to
    their inputs: a frozen segmentor can say what is wrong with a translated image.

    Args:
        model: The model.
        patterns: Shell patterns of names of modules in it, such as ``'segmentor'`` or
            ``'heads.c_*'``. What lies below a named module is frozen with it.

    Raises:
        ValueError: If a pattern fits no module.
    """

    def __init__(self, model: nn.Module, patterns: Sequence[str]) -> None:
        if isinstance(patterns, str):
            patterns = [patterns]
        modules = {name: module for name, module in model.named_modules() if name}
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in modules):
                raise ValueError(
                    f"frozen names {pattern!r}, which fits no part of the model; parts "
                    "are 'segmentor', 'segmentor.backbone', 'heads.<name>', ..."
                    + did_you_mean(pattern, modules)
                )
        fitting = [
            name for name in modules if any(fnmatchcase(name, p) for p in patterns)
        ]
        #: Names of the frozen modules, without what lies below another one.
        self.names = [
            name
            for name in fitting
            if not any(name.startswith(f"{other}.") for other in fitting)
        ]
        self._modules = [modules[name] for name in self.names]
        for module in self._modules:
            module.requires_grad_(False)
        self.keep()

    def __contains__(self, name: str) -> bool:
        """Whether a module or parameter of that name is frozen."""
        return any(name == own or name.startswith(f"{own}.") for own in self.names)

    def keep(self) -> None:
        """Put the frozen modules back into evaluation mode."""
        for module in self._modules:
            module.eval()

    def needed_in_files(self) -> tuple[str, ...]:
        """Shell patterns of names in files, beside the segmentor's, to start from."""
        own = [name for name in self.names if name.split(".")[0] in PARTS]
        return tuple(f"{name}.*" for name in own)
