"""Discriminators that look at images, and a translator that fools them."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.layers import ImagePool, call_frozen
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step
from mmseg_uda.utils.options import check_number

from .adversarial import Adversarial

_REAL = 1
#: Options of Adversarial that say whose predictions the discriminators see, and how.
_OF_PREDICTIONS = (
    "discriminators",
    "sees",
    "source",
    "source_label",
    "source_seg_head",
    "target",
    "through",
)


@OBJECTIVES.register_module()
class ImageAdversarial(Adversarial):
    r"""A discriminator tells real images from translated ones.

    .. math::
        L_{adv} = \lambda \, \mathrm{mean}(w \, \ell(D(x_{fake}), 1)), \qquad
        L_D = \gamma \, [\ell(D(x_{real}), 1) + \ell(D(x_{fake}), 0)]

    with images in [-1, 1], at every place of the discriminator's map. The first term
    holds the discriminator constant and reaches what made ``fake``; the second detaches
    the images. So one backward of their sum, with both optimizers stepping on it, *is*
    CycleGAN's alternating step ("Unpaired Image-to-Image Translation using
    Cycle-Consistent Adversarial Networks", Zhu et al.). Its history of fakes, which
    the second term sees instead of :math:`x_{fake}`, is ``pool_size=50``.

    Regularised image translation is this with a weight: MLAN paper, Eq. 12, where the
    fake is the target as source and w the multi-level map, brought to the size of the
    discriminator's map. The equation prints :math:`1 - \log D`; as in its Eq. 6 the
    generator minimises it, which asks for the label 1, as here. Read literally the
    discriminator's half is weighted too: ``weight_discriminator=True``.

    Args:
        discriminator: Entry of ``model.heads`` that judges.
        real: Name of the view whose look is wanted.
        fake: Name of the translated view.
        gan: ``'lsgan'`` (CycleGAN), the squared difference from the label, or
            ``'bce'``.
        discriminator_weight: :math:`\gamma`; CycleGAN halves.
        weight_discriminator: Whether ``weight`` weights the fake half of the
            discriminator's loss, too. It is detached there.
        pool_size: Number of older fakes that the discriminator is shown as well, see
            :class:`ImagePool`: CycleGAN's and BDL's code keep 50. 0: only those of
            this iteration. The pool is in every checkpoint.
        **common: Arguments of :class:`BaseObjective`, for the fooling term. The
            segmentation head that ``loss_weight`` names is that of the weight's map.

    Raises:
        ValueError: If ``gan`` is unknown, there is no weight to share, ``pool_size`` is
            no whole number >= 0 or comes with a weight to share (that is one of the
            images of this iteration), or there is an option of :class:`Adversarial`
            that is about predictions; in training, if fakes differ in size.
    """

    def __init__(
        self,
        discriminator: str,
        real: str,
        fake: str,
        gan: str = "lsgan",
        discriminator_weight: float = 0.5,
        weight_discriminator: bool = False,
        pool_size: int = 0,
        loss_weight: float | dict = 1.0,
        **common: object,
    ) -> None:
        for option in _OF_PREDICTIONS:
            if option in common:
                raise ValueError(
                    f"ImageAdversarial takes no {option!r}, got {common[option]!r}: it "
                    "judges images, those of the views `real` and `fake`, with the "
                    "head `discriminator`"
                )
        heads = loss_weight if isinstance(loss_weight, dict) else {"decode": 1.0}
        super().__init__(
            discriminators=dict.fromkeys(heads, discriminator),
            gan=gan,
            source_label=_REAL,
            discriminator_weight=discriminator_weight,
            weight_discriminator=weight_discriminator,
            source=real,
            target=fake,
            loss_weight=loss_weight,
            **common,
        )
        if not isinstance(pool_size, int) or isinstance(pool_size, bool):
            raise ValueError(f"pool_size must be a whole number, got {pool_size!r}")
        check_number("pool_size", pool_size, lowest=0)
        if pool_size and weight_discriminator:
            raise ValueError(
                f"weight_discriminator=True and pool_size={pool_size} exclude each "
                "other: the weight is a map of this iteration's images, and the "
                "discriminator would see older ones. Set pool_size=0 or "
                "weight_discriminator=False"
            )
        self.pool = ImagePool(pool_size) if pool_size else None

    def _judged(self, step: Step, seg_head: str) -> list[Tensor]:
        head = step.heads[self.discriminators[seg_head]]
        return call_frozen(head, self._see(step, self.target, seg_head))

    def _see(self, step: Step, view: str, seg_head: str) -> Tensor:
        return step.unit_images(view)

    def _fakes(self, step: Step, seg_head: str) -> Tensor:
        images = step.unit_images(self.target)
        if self.pool is None:
            return images
        return step.once(self, lambda: self.pool(images))

    def equation(self, seg_head: str) -> str:
        """The fooling loss as a formula."""
        name = self.discriminators[seg_head]
        return f"{self.gan.upper()}( {name}(x_{self.target}), real )"

    def discriminator_equation(self, seg_head: str) -> str:
        """The discriminator's own loss as a formula."""
        name, gan = self.discriminators[seg_head], self.gan.upper()
        kind = "stop_grad" if self.pool is None else f"pool_{self.pool.size}"
        of_target = f"{gan}( {name}({kind}[x_{self.target}]), fake )"
        if self.weight_discriminator:
            of_target = self.weight.product(of_target, seg_head, detach=True)
        return f"{gan}( {name}(x_{self.source}), real ) + {of_target}"
