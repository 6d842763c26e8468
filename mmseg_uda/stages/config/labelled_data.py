"""The data set in which the regions of a source are found."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import StageError
from .overrides import COMES_BY_ITSELF


def labelled_data(
    name: str, transform: str, cfg: Mapping[str, Any], config: object
) -> tuple[dict, list[Mapping[str, Any]]]:
    """Return the data set whose regions a stage is to find.

    Its pipeline is that of the training, up to the transform that labels the regions,
    so that patches are found at the size at which they will be labelled.

    Args:
        name: Name of the stage.
        transform: Type of the transform that labels its regions.
        cfg: Config of the stage that learns from it.
        config: File of that config.

    Returns:
        The data set, and the rest of the training's pipeline, from that transform on.

    Raises:
        StageError: If no domain labels regions of that name.
    """
    domains = (cfg["train_dataloader"]["dataset"].get("domains") or {}).values()
    for domain in domains:
        pipeline = list((domain or {}).get("pipeline") or ())
        for index, step in enumerate(pipeline):
            if step.get("type") != transform or step.get("name") != name:
                continue
            before = [t for t in pipeline[:index] if t["type"] != transform]
            # translations of images have the labels of these
            labelled = domain["images"] if "translated_dir" in domain else domain
            found = copy.deepcopy({**labelled, "pipeline": before})
            return found, pipeline[index:]
    raise StageError(
        f"stage '{name}': no domain of {config} has dict(type='{transform}', "
        f"name='{name}') in its pipeline, so there are no labels to find regions in"
        + (f". {COMES_BY_ITSELF}" if transform == "LoadRegionLabels" else "")
    )


def check_packed(name: str, rest: Sequence[Mapping[str, Any]]) -> None:
    """Check that what LoadRegionLabels loads reaches the training.

    Args:
        name: Name of the stage.
        rest: The pipeline from there on.

    Raises:
        StageError: If it does not.
    """
    if all(transform.get("type") != "PackRegionLabels" for transform in rest):
        raise StageError(
            f"stage '{name}': its LoadRegionLabels is not followed by "
            "dict(type='PackRegionLabels'), without which its labels get lost; put "
            "that in the place of PackSegInputs"
        )


def seed_of(cfg: Mapping[str, Any]) -> int:
    """Return the seed of a run."""
    return (cfg.get("randomness") or {}).get("seed") or 0
