"""When and how hooks draw pictures while a model trains."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmseg_uda.utils.undisturbed import undisturbed
from mmseg_uda.utils.unwrapped import unwrapped


class SampleHook(Hook, ABC):
    """Draws pictures every so many iterations; base class.

    The pictures go to every backend of the runner's visualizer: files under
    ``<work_dir>/<time>/vis_data/vis_image``, TensorBoard, ...

    Training does not notice: random generators, the modes of all modules and the
    running statistics of batch norm are afterwards what they were, so weights are the
    same bit for bit with this hook and without. Rank 0 draws, the others go on.

    Args:
        interval_iters: Iterations between pictures; the last one is drawn in any case.
        num_images: Number of images.
        tile_width: Width of a panel in pixels.

    Raises:
        ValueError: If a number is out of range.
    """

    # after the checkpoint hook: a failure here costs no weights
    priority = "LOWEST"

    def __init__(self, interval_iters: int, num_images: int, tile_width: int) -> None:
        numbers = dict(
            interval_iters=interval_iters, num_images=num_images, tile_width=tile_width
        )
        check_whole(numbers, dict(interval_iters=1, num_images=1, tile_width=64))
        self.interval_iters = interval_iters
        self.num_images = num_images
        self.tile_width = tile_width

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Draw if it is time to."""
        last = self.is_last_train_iter(runner)
        if last or self.every_n_train_iters(runner, self.interval_iters):
            self._draw_undisturbed(runner)

    @master_only
    def _draw_undisturbed(self, runner: Runner) -> None:
        model = unwrapped(runner.model)
        with undisturbed(model):
            self.draw(model, runner)

    @abstractmethod
    def draw(self, model: nn.Module, runner: Runner) -> None:
        """Add pictures to the runner's visualizer.

        Args:
            model: The model, not wrapped; what is done to it does not last.
            runner: The runner.
        """


def check_whole(numbers: Mapping[str, object], least: Mapping[str, int]) -> None:
    """Check that numbers are whole and large enough.

    Raises:
        ValueError: If one is not.
    """
    for name, value in numbers.items():
        if not isinstance(value, int) or value < least[name]:
            raise ValueError(
                f"{name} must be a whole number >= {least[name]}, got {value!r}"
            )
