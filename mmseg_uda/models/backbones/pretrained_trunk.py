"""Backbones whose pretrained weights must fit completely."""

from torch import Tensor

from mmseg_uda.checkpoints import load_weights

from .pretrained import read_pretrained


class PretrainedTrunk:
    """Mixin of a backbone: loads the ``Pretrained`` entries of ``init_cfg`` strictly.

    Stands before mmengine's ``BaseModule`` among the bases. Each entry takes the
    arguments of :func:`read_pretrained`, of which ``checkpoint`` is needed.
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
            options = {k: v for k, v in entry.items() if k != "type"}
            weights = read_pretrained(
                norm_eval=getattr(self, "norm_eval", False), **options
            )
            load_weights(self, self.in_own_names(weights), options["checkpoint"])

    def in_own_names(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Bring a checkpoint's weights to this backbone's names."""
        return weights
