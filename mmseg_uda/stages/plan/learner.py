"""Which stage learns from what another one makes."""

from collections.abc import Iterable

from ..base_stage import BaseStage
from ..errors import StageError


def learner_of(stage: BaseStage, stages: Iterable[BaseStage]) -> BaseStage:
    """Return the first stage that takes what one makes, which is no use without.

    Raises:
        StageError: If there is none.
    """
    takers = stage.takers(stages)
    if takers:
        return takers[0]
    raise StageError(
        f"stage '{stage.name}': no stage takes its {stage.makes}; give a later "
        f"TrainStage {stage.makes}='{stage.name}', or remove the stage by "
        f"{stage.name}=None"
    )
