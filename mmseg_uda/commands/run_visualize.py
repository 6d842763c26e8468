"""Drawing what a checkpoint makes of images: what ``tools/visualize.py`` does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.datasets.image_files import compose, text_sha256
from mmseg_uda.prediction.target_images import folder_reader, inference_pipeline
from mmseg_uda.stages.checks.building import building
from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.stages.config.request import Request
from mmseg_uda.stages.plan.resolve import Resolver
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.version import __version__
from mmseg_uda.visualization.class_colors import class_colors
from mmseg_uda.visualization.draw_images import draw_images
from mmseg_uda.visualization.drawing import Drawing
from mmseg_uda.visualization.ground_truth import FolderTruth, Truth, ValidationTruth
from mmseg_uda.visualization.images import find_images
from mmseg_uda.visualization.noisy_predictor import inner_segmentor
from mmseg_uda.visualization.sample_maps import drawn_lipschitz_map
from mmseg_uda.weights.checkpoints import file_hash
from mmseg_uda.weights.weight_files import check_is_file


def run_visualize(
    request: Request,
    checkpoint: str,
    images: Sequence[str],
    out: str,
    stage: str | None = None,
    labels: str | None = None,
    **how: Any,
) -> tuple[int, int]:
    """Draw semantic output, confidence, variance weight and Lipschitz map of images.

    Args:
        request: Config and changes to it.
        checkpoint: Weights; they fit the model completely, training-only heads apart.
        images: Image files and folders.
        out: Folder of the pictures.
        stage: Training stage whose model it is; default: the last one.
        labels: Folder with labels, see :class:`FolderTruth`; default: those of the
            config's validation data.
        **how: ``draws``, ``seed``, ``noise``, ``single`` and ``overwrite`` of
            :class:`Drawing`.

    Returns:
        How many images were drawn, and how many had been drawn before.

    Raises:
        ValueError: If config, checkpoint or images don't fit together.
        OSError: If something is missing, or in the way.
    """
    path = check_is_file(checkpoint, "checkpoint")
    resolver = Resolver(request)
    cfg = resolver.stage_config(resolver.training_stage(stage))
    device = choose_device(request.device)
    check_writable(out, "--out")
    with toy_explained(request.toy):
        model = check_model(cfg, path, trains=False)
    drawn_lipschitz_map(model, how.get("noise"))  # says what is wrong with the noise
    with building("the pipeline of a test"):
        pipeline = compose(inference_pipeline(cfg))
    draw_toycity(request, [Config({"val_dataloader": cfg.get("val_dataloader")})])
    files = find_images(images)
    _check_apart(out, images)
    num_classes = segmentation_heads(inner_segmentor(model))["decode"].num_classes
    classes, palette = class_colors(cfg, num_classes)
    truth = (
        FolderTruth(labels, files, num_classes)
        if labels is not None
        else _validation_truth(cfg)
    )
    drawing = Drawing(
        classes,
        palette,
        reader=folder_reader(cfg, "target", images=images),
        origin=_origin(cfg, path),
        **how,
    )
    return draw_images(model.to(device), files, pipeline, out, drawing, truth)


def _validation_truth(cfg: Config) -> Truth | None:
    try:
        return ValidationTruth(cfg)
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        print(f"no ground truth on the pictures: {first}")
        return None


def _check_apart(out: str, images: Sequence[str]) -> None:
    """Keep pictures out of the image folders, where a later run would draw them."""
    for given in images:
        folder = Path(given).expanduser().resolve()
        if folder.is_dir() and Path(out).resolve().is_relative_to(folder):
            raise ValueError(
                f"--out {out} lies in the image folder {given}, so a later run would "
                "take the pictures for images; choose one outside of it"
            )


def _origin(cfg: Config, checkpoint: Path) -> Mapping[str, Any]:
    return {
        "version": __version__,
        "checkpoint_sha256": file_hash(checkpoint),
        "model_sha256": text_sha256(repr(cfg.model)),
        "pipeline_sha256": text_sha256(repr(inference_pipeline(cfg))),
    }
