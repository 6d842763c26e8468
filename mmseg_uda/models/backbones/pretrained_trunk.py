"""Backbones whose pretrained weights must fit completely."""

from typing import Any

from torch import Tensor

from mmseg_uda.weights.checkpoints import load_weights

from .pretrained import read_pretrained


class PretrainedTrunk:
    """Mixin of a backbone: loads the ``Pretrained`` entries of ``init_cfg`` strictly.

    Stands before mmengine's ``BaseModule`` among the bases. Each entry takes the
    arguments of :func:`read_pretrained`, of which ``checkpoint`` is needed, unless
    :meth:`load_pretrained` says otherwise.
    """

    def init_weights(self) -> None:
        """Initialise the weights, pretrained ones strictly.

        Raises:
            ValueError: If pretrained weights don't fit or can't be fetched.
        """
        entries = self.init_cfg or []
        entries = [entries] if isinstance(entries, dict) else list(entries)
        pretrained = [e for e in entries if e["type"] == "Pretrained"]
        if not pretrained or self.is_init:
            super().init_weights()
            return
        given = self.init_cfg
        self.init_cfg = [e for e in entries if e not in pretrained]
        super().init_weights()
        self.init_cfg = given
        for entry in pretrained:
            self.load_pretrained(**{k: v for k, v in entry.items() if k != "type"})

    def load_pretrained(self, checkpoint: str, **options: Any) -> None:
        """Load one entry completely or not at all.

        Args:
            checkpoint: See :func:`read_pretrained`,
            **options: as for its other arguments.

        Raises:
            ValueError: If the weights don't fit or can't be fetched.
        """
        norm_eval = getattr(self, "norm_eval", False)
        weights = read_pretrained(checkpoint, norm_eval=norm_eval, **options)
        load_weights(self, self.in_own_names(weights), checkpoint)

    def in_own_names(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Bring a checkpoint's weights to this backbone's names."""
        return weights
