"""What the command line asks for."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmseg_uda.engine.toy import DEFAULT_TOY_ROOT
from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK


@dataclass
class Request:
    """What the command line asks for, apart from which stages to run.

    Args:
        config: The leaf config file.
        work_dir: Folder of the run; None for ``work_dirs/<config name>``, or
            ``work_dirs/toy/<config name>`` with ``toy``.
        options: ``--cfg-options``, dotted key -> value.
        toy: Put every stage on ToyCity.
        toy_root: Where ToyCity lies.
        toy_network: The small network of ``toy``; None for the default one.
        source_root: Folder of the source data, None for the config's.
        target_root: Folder of the target data, None for the config's.
        pretrained: File with backbone weights, ``'none'``, or None for the config's.
        seed: Seed of everything random, None for the config's.
        amp: Train in mixed precision.
        tensorboard: Log to TensorBoard too, with pictures.
        device: ``'cpu'``, ``'cuda'`` or None for what there is.
        launcher: mmengine's launcher.
    """

    config: Path
    work_dir: Path | None = None
    options: dict[str, Any] = field(default_factory=dict)
    toy: bool = False
    toy_root: str = DEFAULT_TOY_ROOT
    toy_network: str | None = None
    source_root: str | None = None
    target_root: str | None = None
    pretrained: str | None = None
    seed: int | None = None
    amp: bool = False
    tensorboard: bool = False
    device: str | None = None
    launcher: str = "none"

    @property
    def small_network(self) -> str | None:
        """The network that ``--toy`` puts in a ResNet's place, None without ``toy``."""
        return (self.toy_network or DEFAULT_NETWORK) if self.toy else None
