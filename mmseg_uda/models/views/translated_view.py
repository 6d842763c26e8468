"""The images of another view with another domain's look."""

from __future__ import annotations

from torch import nn

from mmseg_uda.registry import VIEWS
from mmseg_uda.structures import Step, View


@VIEWS.register_module()
class TranslatedView(nn.Module):
    """The images of a view, put through an image translator.

    The translator sees and gives images in [-1, 1]; the view's images are normalised
    as the segmentor wants them, like those of any view (see :class:`PixelRange`).
    Nothing is detached, so what is minimised on the view reaches the translator, and
    that of the view below if it is a translated one too: a cycle is a translated view
    of a translated view. Labels are those of the view below, since a translation keeps
    what is where.

    Translated once a step, however many objectives look at it.

    Args:
        of: Name of the view.
        through: Entry of ``model.heads`` that translates.
    """

    def __init__(self, of: str, through: str) -> None:
        super().__init__()
        self.of = of
        self.through = through

    def forward(self, step: Step) -> View:
        """Build the view of this step."""
        translated = step.heads[self.through](step.unit_images(self.of))
        images = step.pixels.from_unit(translated)
        return View(images, step.view(self.of).samples, step.segmentor)

    def views(self) -> list[str]:
        """The view that is translated."""
        return [self.of]

    def head_names(self) -> list[str]:
        """The translator."""
        return [self.through]

    def equation(self) -> str:
        """The view as a formula."""
        return f"{self.through}(x_{self.of})"
