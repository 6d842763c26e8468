"""Class-balanced pseudo-labels that look at the domain gap."""

import torch
from torch import Tensor

from mmseg_uda.registry import RULES
from mmseg_uda.utils.suggestions import check_choice

from .class_balanced import ClassBalanced
from .selection_rule import DROPPED

ARGMAX_ON = ("p", "ratio")
NORMS = ("none", "mean")
THRESHOLDS_ON = ("score", "p")
#: The largest float32: scores of a map have no upper bound.
NEVER = torch.finfo(torch.float32).max


@RULES.register_module()
class ConsistencyBalanced(ClassBalanced):
    r"""Keeps the same share of every class, favouring pixels with a large domain gap.

    .. math::
        \hat y^{hw} = \arg\max_c \{ p_c : p_c M^{hw} \ge t_c \}, \quad
        255 \text{ if there is none}

    MLAN paper, Eq. 13 (there :math:`t_c = e^{-k_c}`), with M the multi-level
    consistency map of the model that predicts, bilinearly brought to the image's size.
    Without a map it is the paper's plain self-training. :math:`t_c` comes from the same
    scores p M that it is compared with, as in :class:`ClassBalanced`. Our choice: M is
    at most log(100) / 100 times a few, so that thresholds on p alone let nothing pass;
    and with these a constant factor of M changes nothing. As printed, k_c is CBST's,
    that is of p alone: ``thresholds_on='p'``, which needs ``norm='mean'`` to keep some.

    Any other map on the target will do that is not negative, such as LCDA's Lipschitz
    map; its noise is drawn by the image, so that both passes over the set see the same.

    The map is that of the end of all schedules: MLAN's lambda_R is 0 here (our choice;
    where CR-AL stops it is 0.56), so M_region is the plain entropy over N.

    Args:
        portion: See :class:`ClassBalanced`. The paper names none; CBST's is our choice.
        map: Name of a map in ``model.maps`` of the config that predicts, or None.
        norm: ``'none'``, or ``'mean'``: M is divided by its mean over each image, so
            that it prefers pixels but not images.
        argmax_on: ``'p'`` as in Eq. 13, or ``'ratio'``: label and condition are those
            of :class:`ClassBalanced` on the scores.
        keep_ties: Whether a score that is exactly :math:`t_c` passes. Eq. 13 prints >,
            that is False. But a confident network gives p = 1 in float32 to more than
            the share of a class, whose :math:`t_c` is 1 then, and > would leave all
            its pixels without a label. ``argmax_on='ratio'`` keeps ties in any case.
        thresholds_on: ``'score'``, or ``'p'``: see above.
        sample_every: See :class:`ClassBalanced`.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        portion: float = 0.2,
        map: str | None = None,
        norm: str = "none",
        argmax_on: str = "p",
        keep_ties: bool = True,
        thresholds_on: str = "score",
        sample_every: int = 4,
    ) -> None:
        super().__init__(portion, sample_every)
        check_choice("norm", norm, NORMS)
        check_choice("argmax_on", argmax_on, ARGMAX_ON)
        check_choice("thresholds_on", thresholds_on, THRESHOLDS_ON)
        self.score_map = map
        self.score_norm = norm
        self.argmax_on = argmax_on
        self.keep_ties = keep_ties
        self.thresholds_on = thresholds_on
        self.observes_probs = thresholds_on == "p"
        if map is not None:  # without one scores end at 1
            self.nowhere = NEVER

    def settings(self) -> dict:
        """Return type and arguments."""
        # not where it is as ever, so that labels begun before it was there go on
        literal = {"thresholds_on": "p"} if self.observes_probs else {}
        return {
            **super().settings(),
            "map": self.score_map,
            "norm": self.score_norm,
            "argmax_on": self.argmax_on,
            "keep_ties": self.keep_ties,
            **literal,
        }

    def equation(self) -> str:
        """Write the rule as an equation."""
        score = self._score_text()
        threshold = self._threshold_text("p_c" if self.observes_probs else score)
        if self.argmax_on == "ratio":
            ratio = f"{score} / t_c"
            return (
                f"y_target = argmax_c {ratio} if max_c {ratio} >= 1, else none;  "
                f"{threshold}"
            )
        reaches = ">=" if self.keep_ties else ">"
        return (
            f"y_target = argmax_c {{ p_c : {score} {reaches} t_c }}, none if there is "
            f"no such c;  {threshold}"
        )

    def _score_text(self) -> str:
        if self.score_map is None:
            return "p_c"
        mean = " / mean" if self.score_norm == "mean" else ""
        return f"p_c * {self.score_map}_decode{mean}"

    def apply(self, probs: Tensor) -> Tensor:
        """Label the pixels that pass a threshold: scores (K, H, W) -> (H, W), uint8."""
        if self.argmax_on == "ratio":
            return super().apply(probs)
        thresholds = self.by_channel(probs)
        passing = probs >= thresholds if self.keep_ties else probs > thresholds
        labels = probs.masked_fill(~passing, -1).argmax(0)
        return labels.to(torch.uint8).masked_fill(~passing.any(0), DROPPED)
