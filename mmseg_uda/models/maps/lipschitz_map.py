"""Local Lipschitzness of a segmentation head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.models.losses import DIVERGENCES
from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step, View
from mmseg_uda.utils.options import check_count, from_options
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap
from .feature_noise import FeatureNoise

AUTO = "auto"


@MAPS.register_module()
class LipschitzMap(BaseMap):
    r"""Local Lipschitzness of a segmentation head, one value per pixel.

    .. math::
        L_{lip}(x)_{hw} = \sum_c H(G(x))^{hwc} \log
            \frac{H(G(x))^{hwc}}{H(G(x) + r)^{hwc}}, \quad \|r\| \le \epsilon

    "Unsupervised Adaptive Semantic Segmentation with Local Lipschitz Constraint"
    (Cai, He), Eq. 3 with the KL metric of Eq. 10. G(x) are the feature maps that the
    segmentation head reads, H is the head with its up-sampling and softmax.

    What the paper leaves open, and what we chose:

    - The sum over pixels becomes a map; the objective takes its mean, so that lambda
      does not depend on the crop size.
    - Noise law, norm, epsilon and its unit: see :class:`FeatureNoise`. Every head gets
      noise of its own, drawn afresh in each iteration; r carries no gradient. What the
      worst direction makes worst is this map, summed over its pixels.
    - Both arguments depend on the weights in Eq. 3, so both carry gradient, into head
      and backbone. ``detach_clean=True`` stops it through the clean prediction.
    - Where the noise enters: added to the features after their ReLU, to every level
      that the head reads (of a transformer that gives class tokens with its maps, to
      those as well), and not cut off at 0 afterwards.
    - Dropout: clean and noisy pass share their masks, otherwise the map measures
      dropout and is not zero at zero noise. ``shared_dropout=False`` draws them anew.

    Args:
        on: View to perturb. The paper uses the target only (Sec. III-C).
        divergence: ``'kl'`` (nats), ``'l1'`` or ``'l2'`` (not squared, our
            reading of "L2 distance") between class probabilities.
        noise: Arguments of :class:`FeatureNoise`, such as ``dict(kind='gaussian_clip',
            eps=1.0, unit='rms')``. ``eps='auto'``: a :class:`NoiseBoundHook` finds it
            before the training.
        num_samples: Noise draws to average over. The paper gives no number; 4 is ours,
            for a map that weights or ranks pixels. Where its mean alone counts, as in
            LCDA's Eq. 5, 1 is enough.
            They are decoded in one call of the head, see :meth:`View.decode`, which
            takes the memory of as many passes.
        detach_clean: Stop the gradient through the clean prediction.
        shared_dropout: Same dropout masks for the clean and the noisy pass.

    Shape:
        - Input: a :class:`Step` whose view ``on`` has feature maps (N, C, h, w).
        - Output: (N, H, W) at image size, >= 0; exactly 0 where ``eps`` is 0, but with
          dropout that is not shared.

    Raises:
        ValueError: If ``divergence`` is unknown, ``num_samples`` no whole number of
            1 or more, or an option of the noise is refused by :class:`FeatureNoise`.
    """

    def __init__(
        self,
        on: str = "target",
        divergence: str = "kl",
        noise: dict | None = None,
        num_samples: int = 4,
        detach_clean: bool = False,
        shared_dropout: bool = True,
    ) -> None:
        super().__init__(on)
        check_choice("divergence", divergence, DIVERGENCES)
        check_count("num_samples", num_samples)
        self.divergence = divergence
        self.finds_eps = isinstance(noise, Mapping) and noise.get("eps") == AUTO
        known = noise
        if self.finds_eps:
            known = {key: value for key, value in noise.items() if key != "eps"}
        self.noise = from_options(FeatureNoise, "noise", known or {})
        if self.finds_eps:
            self.noise.eps = AUTO
            self.register_buffer("found_eps", torch.tensor(-1.0, dtype=torch.float64))
        self.num_samples = num_samples
        self.detach_clean = detach_clean
        self.shared_dropout = shared_dropout

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map of one segmentation head, (N, H, W).

        Raises:
            ValueError: If ``eps='auto'`` has not been found.
        """
        if lacks := self.not_ready():
            raise ValueError(lacks)
        view = step.view(self.on)
        clean = view.log_probs(seg_head)
        if self.detach_clean:
            clean = clean.detach()
        draws = self._draws()
        noisy = self.perturbed_log_probs(view, seg_head, draws)
        maps = self._diverge(clean, noisy, draws)
        return maps[0] if len(maps) == 1 else torch.stack(maps).mean(dim=0)

    def perturbed_log_probs(self, view: View, seg_head: str, draws: int = 1) -> Tensor:
        """Log-probabilities of H(G(x) + r) for fresh r.

        Args:
            view: The view.
            seg_head: Segmentation head H.
            draws: Number S of draws.

        Returns:
            (S * N, K, H, W), the draws one after the other.
        """
        rounded = torch.is_autocast_enabled(view.images.device.type)
        divergence = partial(self._divergence, view, seg_head, draws, rounded)
        levels = view.levels(seg_head)
        feats = self.noise.added_to(view.feats, levels, draws, divergence)
        return _log_probs(view.decode(feats, seg_head, self.shared_dropout, draws))

    def _divergence(
        self, view: View, seg_head: str, draws: int, rounded: bool, feats: list
    ) -> Callable[[list], Tensor]:
        """What noise does to the prediction on clean features, (S, N, H, W)."""
        clean = view.log_probs(seg_head).detach()
        if rounded:  # differences to the float32 of the search would pass for noise
            with torch.no_grad():
                clean = _log_probs(view.decode(feats, seg_head))

        def divergence(noisy: list) -> Tensor:
            log_probs = _log_probs(view.decode(noisy, seg_head, draws=draws))
            return torch.stack(self._diverge(clean, log_probs, draws))

        return divergence

    def _draws(self) -> int:
        # without noise all draws are equal, and one of them is exactly the clean pass
        same = self.noise.eps == 0 and self.shared_dropout
        return 1 if same else self.num_samples

    def _diverge(self, clean: Tensor, noisy: Tensor, draws: int) -> list[Tensor]:
        """One map a draw."""
        diverge = DIVERGENCES[self.divergence]
        return [diverge(clean, draw) for draw in noisy.chunk(draws)]

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        symbol = {"kl": "KL", "l1": "L1", "l2": "L2"}[self.divergence]
        clean = f"H_{seg_head}(G(x_{self.on}))"
        clean = f"stop_grad[{clean}]" if self.detach_clean else clean
        noisy = f"H_{seg_head}(G(x_{self.on}) + r)"
        draws = "" if self.num_samples == 1 else f", mean of {self.num_samples} draws"
        bound = self.noise.bound()
        if self.noise.eps == AUTO:
            bound = bound.replace(AUTO, "eps found from data", 1)
        return f"{symbol}( {clean} || {noisy} ), {bound}{draws}"

    def not_ready(self) -> str:
        """A bound that is still to be found."""
        if self.noise.eps != AUTO:
            return ""
        return (
            "the bound of the noise is eps='auto' and has not been found: train with a "
            "NoiseBoundHook, load weights of such a training, or set eps"
        )

    def to_enlarge(self) -> str:
        """The bound of the noise makes the map larger."""
        unit = "" if self.noise.unit == "absolute" else f" {self.noise.unit}"
        eps = self.noise.eps
        text = f"noise.eps (now {eps if eps == AUTO else f'{eps:g}'}{unit})"
        if self.noise.kind == "gaussian_channel":
            text += " or, if a norm of the head takes constants away, change noise.kind"
        return text

    def set_eps(self, eps: float) -> None:
        """Set a bound that was found, and keep it in checkpoints."""
        self.noise.eps = float(eps)
        self.found_eps.fill_(eps)

    def _load_from_state_dict(self, *args: object, **kwargs: object) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        # a comparison of weights loads them without their numbers
        if self.finds_eps and not self.found_eps.is_meta and self.found_eps >= 0:
            self.noise.eps = self.found_eps.item()


def _log_probs(logits: Tensor) -> Tensor:
    return F.log_softmax(at_least_float32(logits), dim=1)
