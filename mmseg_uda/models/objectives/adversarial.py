"""Alignment against discriminators: of features, class or region probabilities."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.layers import call_frozen
from mmseg_uda.models.losses import gan_map, squared_gradient
from mmseg_uda.models.losses.adversarial import GAN_KINDS
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step
from mmseg_uda.structures.seen import OF_PROBS, SEES, seen, seen_equation
from mmseg_uda.utils.options import check_number
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice, did_you_mean

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class Adversarial(BaseObjective):
    r"""Discriminators tell the domains apart, the segmentor fools them.

    .. math::
        L_{adv} = \lambda_k \, \ell(D_k(s_k(x_t)), \text{source}), \qquad
        L_D = \gamma \, [\ell(D_k(s(x_s)), \text{source})
            + \ell(D_k(s_k(x_t)), \text{target})]

    with s the class probabilities at image size, their self-information, or the last
    feature map (MLAN, Eq. 6). The first term runs the discriminator with constant
    parameters: gradient reaches the segmentor only. The second sees detached
    predictions: gradient reaches the discriminator only. Their sum in one backward,
    with both optimizers stepping on it, therefore *is* the alternating update of
    AdaptSegNet (Tsai et al.), whose discriminator trains on predictions made before the
    segmentor moved.

    With ``through`` the discriminators see what a region head R makes of the class
    probabilities instead: s is then softmax(R(p)) on its grid, or its self-information.
    The fooling term trains that head, too: it belongs to what has to fool (PatchAlign).

    Args:
        discriminators: Name of an entry of ``model.heads`` by segmentation head.
        sees: ``'softmax'`` (AdaptSegNet, MRNet), ``'self_information'`` (AdvEnt) or
            ``'feature'`` (MLAN).
        gan: ``'bce'`` on logits or ``'lsgan'``.
        source_label: Label of the source, 0 (AdaptSegNet) or 1 (MRNet); the target has
            the other one.
        source_seg_head: Prediction of the source that the discriminators see: None for
            the same head as the target's, or a head's name; MRNet shows ``'fused'``.
        discriminator_weight: :math:`\gamma`; AdaptSegNet halves, MRNet does not.
        gradient_penalty: Factor of the squared gradient norm of D at the source
            predictions (MRNet 0.01), 0 for none.
        weight_discriminator: Whether ``weight`` (which weights the fooling term)
            weights the target's part of the discriminators' loss, too, as CLAN's
            released code does. It is detached there.
        fool: Whether the segmentor is to fool them. False only trains discriminators,
            for what a map makes of them (MLAN's Regularized RL-AL).
        through: Entry of ``model.heads`` whose output on the class probabilities the
            discriminators see; None for the class probabilities themselves.
        source: Name of the source view.
        target: Name of the target view.
        **common: Arguments of :class:`BaseObjective`, for the fooling term; the
            discriminators train from the start whatever ``begin_iters`` says.

    Raises:
        ValueError: If an option is unknown or out of range, or a segmentation head has
            no discriminator.
    """

    def __init__(
        self,
        discriminators: dict,
        sees: str = "softmax",
        gan: str = "bce",
        source_label: int = 0,
        source_seg_head: str | None = None,
        discriminator_weight: float = 0.5,
        gradient_penalty: float = 0.0,
        weight_discriminator: bool = False,
        fool: bool = True,
        through: str | None = None,
        source: str = "source",
        target: str = "target",
        **common: object,
    ) -> None:
        super().__init__(**common)
        check_choice("sees", sees, SEES if through is None else tuple(OF_PROBS))
        check_choice("gan", gan, GAN_KINDS)
        check_choice("source_label", source_label, (0, 1))
        check_number("discriminator_weight", discriminator_weight, lowest=0)
        check_number("gradient_penalty", gradient_penalty, lowest=0)
        without = [head for head in self.loss_weight if not discriminators.get(head)]
        if without:
            raise ValueError(
                f"segmentation head {without[0]!r} has a loss_weight but no "
                f"discriminator; `discriminators` names {dict(discriminators)}."
                + did_you_mean(without[0], discriminators)
                + f" Add one, or set loss_weight=dict({without[0]}=None)."
            )
        if weight_discriminator and self.weight is None:
            raise ValueError(
                "weight_discriminator=True needs a weight; give weight=dict(map=...)"
            )
        self.discriminators = {head: discriminators[head] for head in self.loss_weight}
        self.sees = sees
        self.gan = gan
        self.source_label = source_label
        self.source_seg_head = source_seg_head
        self.discriminator_weight = discriminator_weight
        self.gradient_penalty = gradient_penalty
        self.weight_discriminator = weight_discriminator
        self.fool = fool
        self.through = through
        self.source = source
        self.target = target

    def forward(self, step: Step) -> dict[str, Tensor]:
        """The fooling terms, and ``loss_d_<seg_head>`` of each discriminator."""
        terms = super().forward(step) if self.fool else {}
        for seg_head in self.loss_weight:
            terms[f"loss_d_{seg_head}"] = self._discriminator_loss(step, seg_head)
        return terms

    def pixel_loss(self, step: Step, seg_head: str) -> list[Tensor]:
        """The fooling loss of the target at each scale of the discriminator."""
        outputs = self._judged(step, seg_head)
        return [gan_map(output, self.source_label, self.gan) for output in outputs]

    def views(self) -> list[str]:
        """Source and target."""
        return [self.source, self.target]

    def weighted_views(self) -> list[str]:
        """The target, which has to fool."""
        return [self.target]

    def head_names(self) -> list[str]:
        """The discriminators, and the head that they look through."""
        return [*self.discriminators.values(), *filter(None, [self.through])]

    def extra_seg_heads(self) -> list[str]:
        """The head whose source prediction the discriminators see."""
        return [] if self.source_seg_head is None else [self.source_seg_head]

    def equation(self, seg_head: str) -> str:
        """The fooling loss as a formula."""
        name = self.discriminators[seg_head]
        shown = self._seen(self.target, seg_head)
        return f"{self.gan.upper()}( {name}({shown}), {self.source} )"

    def discriminator_equation(self, seg_head: str) -> str:
        """The discriminator's own loss as a formula."""
        name = self.discriminators[seg_head]
        source = self._seen(self.source, self.source_seg_head or seg_head)
        target = self._seen(self.target, seg_head)
        gan = self.gan.upper()
        of_target = f"{gan}( {name}(stop_grad[{target}]), {self.target} )"
        if self.weight_discriminator:
            of_target = self.weight.product(of_target, seg_head, detach=True)
        of_source = f"{gan}( {name}(stop_grad[{source}]), {self.source} )"
        text = f"{of_source} + {of_target}"
        if self.gradient_penalty:
            text += f" + {self.gradient_penalty:g} * |grad {name}({self.source})|^2"
        return text

    def _judged(self, step: Step, seg_head: str) -> list[Tensor]:
        """What the discriminators, held constant, say of the target."""
        head = self.discriminators[seg_head]
        if self.through is None:  # maps may ask for the same
            return step.judged(head, self.target, seg_head, self.sees)
        return call_frozen(step.heads[head], self._see(step, self.target, seg_head))

    def _see(self, step: Step, view: str, seg_head: str) -> Tensor:
        """What the discriminators see of a view, (N, C, h, w)."""
        if self.through is None:
            return seen(step.view(view), seg_head, self.sees)
        logits = step.region_logits(self.through, view, seg_head)
        return OF_PROBS[self.sees](F.softmax(at_least_float32(logits), dim=1))

    def _fakes(self, step: Step, seg_head: str) -> Tensor:
        """What the discriminators learn from as the target, (N, C, h, w)."""
        return self._see(step, self.target, seg_head)

    def _seen(self, view: str, seg_head: str) -> str:
        """What the discriminators see of a view, as a formula."""
        if self.through is None:
            return seen_equation(view, seg_head, self.sees)
        probs = f"softmax({self.through}(p_{seg_head}(x_{view})))"
        return probs if self.sees == "softmax" else f"{self.sees}({probs})"

    def _discriminator_loss(self, step: Step, seg_head: str) -> Tensor:
        discriminator = step.heads[self.discriminators[seg_head]]
        source_head = self.source_seg_head or seg_head
        source = self._see(step, self.source, source_head).detach()
        target = self._fakes(step, seg_head).detach()
        if self.gradient_penalty:
            source.requires_grad_()
        loss = 0.0
        for output in discriminator(source):
            loss = loss + gan_map(output, self.source_label, self.gan).mean()
            if self.gradient_penalty:
                loss = loss + self.gradient_penalty * squared_gradient(output, source)
        for output in discriminator(target):
            target_loss = gan_map(output, 1 - self.source_label, self.gan)
            if self.weight_discriminator:
                target_loss = self.weight(step, seg_head, target_loss, detach=True)
            loss = loss + target_loss.mean()
        return self.discriminator_weight * loss
