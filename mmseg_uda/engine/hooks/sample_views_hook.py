"""Pictures of views of a few training images, while the model trains."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn

from mmseg_uda.utils.seeding import seeded
from mmseg_uda.utils.unwrapped import unwrapped
from mmseg_uda.visualization import Tile, draw_sheet

from .sample_hook import SampleHook


@HOOKS.register_module()
class SampleViewsHook(SampleHook):
    """Draws the images of views side by side: source, translated, translated back.

    The images are some of the training data, always the same ones in the same crops,
    spread evenly over each domain. Where the pictures go, and that training does not
    notice: see :class:`SampleHook`.

    Args:
        rows: Names of views, a tuple for each row of the picture.
        interval_iters: Iterations between pictures; the last one is drawn in any case.
        num_images: Number of pictures, of another image each.
        tile_width: Width of a view in pixels.

    Raises:
        ValueError: If a number is out of range or there are no rows.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[str]],
        interval_iters: int = 5000,
        num_images: int = 2,
        tile_width: int = 384,
    ) -> None:
        super().__init__(interval_iters, num_images, tile_width)
        if not rows or len({len(row) for row in rows}) != 1 or not rows[0]:
            raise ValueError(
                "rows must name views, as many in each row, such as "
                f"[('source', 'source_as_target')], got {rows!r}"
            )
        self.rows = [tuple(row) for row in rows]

    def before_train(self, runner: Runner) -> None:
        """Check that the views are there.

        Raises:
            ValueError: If the model has no view of such a name.
        """
        views = getattr(unwrapped(runner.model), "views", {})
        missing = [name for row in self.rows for name in row if name not in views]
        if missing:
            raise ValueError(
                f"SampleViewsHook draws the view {missing[0]!r}; the model has "
                f"{', '.join(views) or 'none'}"
            )

    def draw(self, model: nn.Module, runner: Runner) -> None:
        """Draw the views of the images."""
        for number in range(self.num_images):
            batch = self._batch(runner.train_dataloader.dataset, number)
            data = model.data_preprocessor(batch, training=True)
            step = model.step(data["inputs"], data["data_samples"])
            tiles = [
                Tile(name, _rgb(step.pixels.unit_to_bgr(step.unit_images(name))))
                for row in self.rows
                for name in row
            ]
            sheet = draw_sheet(tiles, len(self.rows[0]), self.tile_width)
            runner.visualizer.add_image(f"views_{number}", sheet, runner.iter + 1)

    def _batch(self, dataset: Any, number: int) -> dict:
        """Load one image of each domain, with the same random numbers every time."""
        samples = []
        for start, length in dataset.spans.values():
            with seeded(number):
                samples.append(dataset[start + number * length // self.num_images])
        return pseudo_collate(samples)


def _rgb(images: Tensor) -> np.ndarray:
    return images[0].flip(-1).cpu().numpy()
