"""The papers' equations in float64, without the losses of the package."""

from pathlib import Path

import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, tiny_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS
from torch.testing import assert_close

METHODS = Path(__file__).parents[1] / "configs" / "_base_" / "methods"


# one draw for each element, in no unit: the noise that the references draw
NOISE = dict(noise=dict(kind="gaussian_clip", eps=0.5, unit="absolute"), num_samples=1)


def build_method(method: str, segmentor: dict | None = None, /, **overrides):
    cfg = Config.fromfile(METHODS / f"{method}.py")
    if "lipschitz" in (cfg.model.get("maps") or {}):
        cfg.model.maps.lipschitz.update(NOISE)
    if method == "lcrf":
        cfg.model.objectives.pseudo.average = "all"  # Eq. 8 sums over all pixels
    cfg.merge_from_dict({f"model.{key}": value for key, value in overrides.items()})
    cfg.model.segmentor = segmentor or tiny_segmentor()
    for head in (cfg.model.get("heads") or {}).values():
        if head.get("in_channels") == 19:  # of the classes, not of regions
            head.in_channels = NUM_CLASSES
    return MODELS.build(cfg.model).train()


def upsample(logits):
    return F.interpolate(
        logits.double(), size=(64, 64), mode="bilinear", align_corners=True
    )


def cross_entropy(p, labels):
    """Eq. 4 / 6: -sum_c y log p for each labelled pixel, 0 elsewhere."""
    one_hot = torch.zeros_like(p)
    for c in range(p.shape[1]):
        one_hot[:, c] = (labels == c).double()
    return -(one_hot * p.log()).sum(dim=1)


def kl(p, q):
    return (p * (p / q).log()).sum(dim=1)


def total(losses):
    return sum(v for k, v in losses.items() if "loss" in k)


def assert_same_gradients(ours, expected, net):
    """Compare gradients, the only place where it shows what is detached."""
    for loss in (ours, expected):
        net.zero_grad()
        loss.backward(retain_graph=True)
        grads = {n: p.grad.clone() for n, p in net.named_parameters()}
        if loss is ours:
            first = grads
    for name in ("backbone.conv1.weight", "backbone.layer4.0.conv1.weight"):
        assert first[name].abs().max() > 0
        scale = grads[name].abs().max().item()
        assert_close(first[name], grads[name], rtol=2e-2, atol=2e-3 * scale, msg=name)
