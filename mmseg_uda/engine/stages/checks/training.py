"""What would go wrong, or do nothing, in a training that can be built."""

from mmengine.config import Config
from torch import nn

from ..ranks import say
from .head_losses import check_head_losses


def check_training(stage: str, cfg: Config, model: nn.Module) -> None:
    """Check the config of a training stage against its built model.

    Args:
        stage: Name of the stage.
        cfg: Its config.
        model: The model.

    Raises:
        StageError: If something would fail late, or have no effect.
    """
    for unused in check_head_losses(cfg.model.get("segmentor") or {}, model):
        say(
            f"{stage}: note: {unused}, which comes with mmseg's file of this network, "
            "has no effect: the objectives are minimised"
        )
