"""Scoring a trained run with the batch norm statistics of the target's images."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mmseg_uda.stages.run.record import DONE, read_json

_ADAPTED = "with_target_statistics"
# the target's training images in ToyCity: source-only configs do not name them
_IMAGES, _SUFFIX = "cityscapes/leftImg8bit/train", "_leftImg8bit.png"


def final_weights(run: str, stage: Path, final: Mapping[str, float]) -> Path:
    """Return the final checkpoint of a run that has been trained.

    Args:
        run: The run, for a message.
        stage: Folder of its last training stage.
        final: Its final scores in the file of results.

    Raises:
        ValueError: If the checkpoint is not there, or that of another training is.
    """
    done = read_json(stage / DONE) or {}
    weights = stage / done.get("checkpoint", "<final checkpoint>")
    what = f"{run} has been trained, but its target statistics are missing, and"
    advice = (
        "give the --work-dir that it was trained in, or take the run out of the file "
        "of results to train it again"
    )
    if not weights.is_file():
        raise ValueError(f"{what} its weights are not in {stage}; {advice}")
    there = json.loads((stage / "result.json").read_text())["final"]
    if there != final:
        raise ValueError(f"{what} {stage} is of a run with other scores; {advice}")
    return weights


def score_with_statistics(
    call: Callable[[str, Sequence[str]], object],
    tools: Path,
    arguments: Sequence[str],
    weights: Path,
    toy_root: Path,
    folder: Path,
    final: Mapping[str, float],
) -> dict[str, float]:
    """Give weights the target's statistics, and score them on its validation images.

    What an earlier try has left is made anew, so a kill at any moment does no harm.

    Args:
        call: Runs a command; gets what it does, and its words after the interpreter.
        tools: Folder of the tools.
        arguments: What all tools are called with, behind config and checkpoint; the
            config comes first.
        weights: Final checkpoint of a run.
        toy_root: Folder of ToyCity.
        folder: Where the adapted checkpoint and its scores go.
        final: Scores without the statistics.

    Returns:
        The scores with them, under the keys of ``final``.
    """
    config, *options = arguments
    adapted = folder / f"{_ADAPTED}.pth"
    adapt = [str(tools / "adapt_bn.py"), config, str(weights), "--out", str(adapted)]
    adapt += ["--overwrite", "--images", str(toy_root / _IMAGES)]
    call("taking target statistics", [*adapt, "--image-suffix", _SUFFIX, *options])
    test = [str(tools / "test.py"), config, str(adapted), "--work-dir", str(folder)]
    call("testing with target statistics", [*test, *options])
    scores = json.loads((folder / f"test_{_ADAPTED}.json").read_text())["metrics"]
    # the weights are of the same iteration, which a test does not know
    return {k: v if k == "iter" else scores[k] for k, v in final.items()}
