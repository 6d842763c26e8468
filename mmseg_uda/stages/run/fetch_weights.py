"""The weight files that the stages of a run start from, before anything is built."""

from ..base_stage import BaseStage
from ..errors import said_of_stage
from ..ranks import say
from ..weights.given_weights import given_weights
from ..weights.named_weights import (
    check_named_weights,
    drop_overwritten,
    fetch_named_weights,
)
from .outlook import Outlook


def fetch_weights(outlook: Outlook) -> None:
    """Find or download the weights that configs name; every rank must call this.

    Raises:
        StageError: If one is not there, or cannot be downloaded.
    """
    for stage in outlook.to_run():
        if stage.trains:
            with said_of_stage(stage.name):
                _fetch_weights(outlook, stage)


def _fetch_weights(outlook: Outlook, stage: BaseStage) -> None:
    cfg = outlook.config(stage)
    given = given_weights(stage, cfg)
    if stage.weights_from is not None and cfg.get("load_from"):
        say(
            f"{stage.name}: warning: load_from='{cfg.load_from}' of its config counts "
            f"for nothing, since the stage starts from '{stage.weights_from}'"
        )
    if given is not None:
        given.fetch()
        given.path()
    resumes = outlook.resumes(stage)
    if resumes or outlook.takes_weights(stage):
        drop_overwritten(cfg, resumes)
    check_named_weights(cfg)
    fetch_named_weights(cfg)
