"""Pictures of what the model makes of a few images, while it trains."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import nn

from mmseg_uda.models.maps import FeatureNoise
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.evenly_spaced import evenly_spaced
from mmseg_uda.visualization import panel_sheet, panels, sample_maps
from mmseg_uda.visualization.class_colors import class_colors
from mmseg_uda.visualization.images import read_image
from mmseg_uda.visualization.noisy_predictor import inner_segmentor

from .sample_hook import SampleHook, check_whole


@HOOKS.register_module()
class SampleMapsHook(SampleHook):
    """Draws semantic output, confidence, variance weight and Lipschitz map.

    The images are some of the validation data, always the same ones, spread evenly.
    Where the pictures go, and that training does not notice: see :class:`SampleHook`.

    Args:
        interval_iters: Iterations between pictures; the last one is drawn in any case.
        num_images: Number of images.
        draws: Noise draws for the variance weight; 0 leaves that panel out.
        seed: Seed of the noise, the same for every picture, so that what changes from
            one to the next is the model.
        noise: Arguments of :class:`FeatureNoise` that replace those of the model's
            Lipschitz map.
        tile_width: Width of a panel in pixels.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(
        self,
        interval_iters: int = 5000,
        num_images: int = 2,
        draws: int = 20,
        seed: int = 0,
        noise: Mapping[str, Any] | None = None,
        tile_width: int = 384,
    ) -> None:
        super().__init__(interval_iters, num_images, tile_width)
        check_whole(dict(draws=draws, seed=seed), dict(draws=0, seed=0))
        FeatureNoise(**(noise or {}))
        self.draws = draws
        self.seed = seed
        self.noise = noise

    def before_train(self, runner: Runner) -> None:
        """Check that there are images to draw.

        Raises:
            ValueError: If the config validates nothing.
        """
        if runner.val_loop is None:
            raise ValueError(
                "SampleMapsHook draws images of the validation data, but this config "
                "has no val_dataloader: add one, or take the hook out"
            )

    def draw(self, model: nn.Module, runner: Runner) -> None:
        """Draw the images."""
        dataset = runner.val_dataloader.dataset
        for index in evenly_spaced(len(dataset), self.num_images):
            data = pseudo_collate([dataset[index]])
            path = data["data_samples"][0].img_path
            try:
                image = read_image(path, getattr(dataset, "image_reader", None))
                sheet = self._sheet(model, data, runner, image)
            except ValueError as error:  # numbers that are not finite
                runner.logger.warning(f"no picture of {path}: {error}")
                continue
            name = f"maps_{index}_{Path(path).stem}"
            runner.visualizer.add_image(name, sheet, runner.iter + 1)

    def _sheet(
        self, model: Any, data: dict, runner: Runner, image: np.ndarray
    ) -> np.ndarray:
        (sample,) = data["data_samples"]
        truth = None
        if "gt_sem_seg" in sample:
            truth = sample.gt_sem_seg.data[0].numpy()
        maps = sample_maps(model, data, self.draws, self.seed, self.noise)
        if truth is not None and truth.shape != maps.labels.shape:
            truth = None  # loaded before the resize: of another size than the picture
        heads = segmentation_heads(inner_segmentor(model))
        num_classes = heads["decode"].num_classes
        classes, palette = class_colors(runner.cfg, num_classes)
        drawn = panels(image, maps, palette, truth)
        return panel_sheet(drawn, maps, classes, palette, self.tile_width)
