"""Whether stages that learn from what one stage makes of a source have that source."""

from collections.abc import Sequence

from mmengine.config import Config

from ..base_stage import BaseStage
from ..config.overrides import datasets_by_role
from ..errors import StageError


def check_one_source(
    maker: BaseStage, learners: Sequence[BaseStage], configs: Sequence[Config]
) -> None:
    """Check the sources of the stages that take regions or translations of one stage.

    Args:
        maker: That stage; it reads the source of the first of them.
        learners: The stages that take what it makes.
        configs: Their configs.

    Raises:
        StageError: If they read different data sets.
    """
    sources = [_source_of(cfg) for cfg in configs]
    for learner, source in zip(learners, sources, strict=True):
        if source != sources[0]:
            raise StageError(
                f"stage '{maker.name}' reads the source of stage '{learners[0].name}' "
                f"({_shown(sources[0])}), but stage '{learner.name}', which takes what "
                f"it makes, too, has {_shown(source)}. Give that one a stage of its own"
            )


def _source_of(cfg: Config) -> set[tuple[str, str]]:
    nodes = datasets_by_role(cfg)["source"]
    return {(node["type"], str(node["data_root"])) for node in nodes}


def _shown(source: set[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} in {root}" for kind, root in sorted(source)) or "none"
