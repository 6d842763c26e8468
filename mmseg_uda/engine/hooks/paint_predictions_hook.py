"""Painted predictions of a test, on the images as the network saw them."""

from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from mmseg.structures import SegDataSample

from mmseg_uda.visualization.images import read_image


@HOOKS.register_module()
class PaintPredictionsHook(Hook):
    """Paints every prediction of a test over its image.

    Like mmseg's ``SegVisualizationHook(draw=True)``, but images are read as their data
    set reads them: bands, value range, orientation and alpha included. The pictures go
    to the runner's visualizer.
    """

    def __init__(self) -> None:
        self._count = 0

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[SegDataSample] | None = None,
    ) -> None:
        """Paint the predictions of a batch."""
        reader = getattr(runner.test_dataloader.dataset, "image_reader", None)
        for sample in outputs or ():
            self._count += 1
            runner.visualizer.add_datasample(
                f"test_{sample.img_path.rsplit('/', 1)[-1]}",
                read_image(sample.img_path, reader),
                data_sample=sample,
                step=self._count,
            )
