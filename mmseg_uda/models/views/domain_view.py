"""The images of a domain as the data loader gives them."""

from __future__ import annotations

from torch import nn

from mmseg_uda.registry import VIEWS
from mmseg_uda.structures import Step, View


@VIEWS.register_module()
class DomainView(nn.Module):
    """One domain's images of the batch, unchanged.

    Args:
        domain: Name of the domain in ``train_dataloader.dataset.domains``.
    """

    def __init__(self, domain: str) -> None:
        super().__init__()
        self.domain = domain

    def forward(self, step: Step) -> View:
        """Build the view of this step."""
        images, samples = step.domain(self.domain)
        return View(images, samples, step.segmentor)

    def equation(self) -> str:
        """The view in words, for ``tools/describe_method.py``."""
        return f"images of domain '{self.domain}'"
