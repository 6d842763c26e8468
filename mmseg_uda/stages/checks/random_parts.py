"""Whether a model holds parts fixed that no weights were ever given."""

from torch import nn

from mmseg_uda.models.objectives import SemanticConsistency

from ..ranks import say


def warn_of_random_parts(stage: str, model: nn.Module) -> None:
    """Say which frozen parts of a model that starts from no file stay random.

    A warning, as a trial of the config alone shows at least that it runs.

    Args:
        stage: Name of the stage, which has no ``load_from``.
        model: The built model.
    """
    frozen = getattr(model, "frozen", None)
    if frozen is None:
        return
    random = [name for name in frozen.names if name.startswith("heads.")]
    judges = [
        o for o in model.objectives.values() if isinstance(o, SemanticConsistency)
    ]
    if judges and "segmentor" in frozen:
        random.insert(0, "segmentor")
    if random:
        say(
            f"{stage}: warning: {', '.join(random)} held fixed, but trained by nobody: "
            "there is no checkpoint to start from, so that they say nothing. Train the "
            "config that has this one as a stage, or add --cfg-options load_from=FILE"
        )
