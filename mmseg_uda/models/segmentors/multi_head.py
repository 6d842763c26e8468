"""A segmentor that predicts with both of its heads."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmengine.config import ConfigDict
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmseg_uda.structures.padding import is_padded


@MODELS.register_module()
class MultiHeadEncoderDecoder(EncoderDecoder):
    r"""Encoder-decoder whose prediction is ``decode + aux_weight * aux``.

    .. math:: z = z_{decode} + w\,z_{aux}

    The heads are fused on *logits*, at the resolution of the features, as MRNet and
    RPLUE do (``aux_weight=0.5``); stock mmseg predicts with ``decode_head`` alone.

    Logits are resized in **one** bilinear step from the feature map to the original
    image, as the evaluation of the field does; stock mmseg goes through the input size
    (two steps, slightly other boundaries). Flips are undone before that step, with
    the same result. (AdaptSegNet, ADVENT and CLAN resize logits as this does;
    Seg-Uncertainty, BDL and FDA resize softmax probabilities, which moves boundaries
    by a fraction of a pixel.) Padded inputs are cropped at input size, so those, and
    ``mode='slide'``, take the two steps.

    Args:
        aux_weight: Weight of the auxiliary logits, >= 0; 0 predicts with the main head
            alone, as AdaptSegNet and ADVENT do. Without an auxiliary head it has no
            effect.
        test_cfg: ``dict(mode='whole')`` (default) or mmseg's ``slide`` form.
        **kwargs: Arguments of mmseg's ``EncoderDecoder``.

    Raises:
        ValueError: If ``aux_weight`` is negative or there are several auxiliary heads.
    """

    def __init__(
        self,
        *args: Any,
        aux_weight: float = 0.5,
        test_cfg: dict | None = None,
        **kwargs: Any,
    ):
        test_cfg = ConfigDict(test_cfg or dict(mode="whole"))
        super().__init__(*args, test_cfg=test_cfg, **kwargs)
        if aux_weight < 0:
            raise ValueError(f"aux_weight must be >= 0, got {aux_weight}")
        if self.with_auxiliary_head and isinstance(self.auxiliary_head, nn.ModuleList):
            raise ValueError(
                f"auxiliary_head must be one head or None, got a list of "
                f"{len(self.auxiliary_head)} (only one can be fused)"
            )
        self.aux_weight = aux_weight

    def fuse(self, decode: Tensor, aux: Tensor | None = None) -> Tensor:
        """Return ``decode + aux_weight * aux``, (N, K, h, w) logits.

        Args:
            decode: Logits of the main head, (N, K, h, w).
            aux: Logits of the auxiliary head, resized to (h, w) if they differ in
                size; ``None`` returns ``decode``.
        """
        if aux is None or self.aux_weight == 0:
            return decode
        if aux.shape[2:] != decode.shape[2:]:
            aux = self._resize(aux, decode.shape[2:])
        return decode + self.aux_weight * aux

    def decode_feats(self, feats: Sequence[Tensor]) -> Tensor:
        """Return the fused logits of features, (N, K, h, w) at their resolution."""
        aux = None
        if self.with_auxiliary_head and self.aux_weight > 0:
            aux = self.auxiliary_head(feats)
        return self.fuse(self.decode_head(feats), aux)

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """Return the fused logits of images, (N, K, H, W) at input size."""
        logits = self.decode_feats(self.extract_feat(inputs))
        return self._resize(logits, inputs.shape[2:])

    def predict(
        self, inputs: Tensor, data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Predict labels and logits of each image at its original size.

        Args:
            inputs: Normalised images, (N, 3, H, W).
            data_samples: What is known of them: ``ori_shape``, padding and flip.
                ``None`` predicts at input size.

        Returns:
            The samples with ``pred_sem_seg`` (1, H', W') and ``seg_logits``
            (K, H', W'), as in mmseg.
        """
        if data_samples is None or self.test_cfg.mode == "slide":
            return super().predict(inputs, data_samples)
        logits = self.decode_feats(self.extract_feat(inputs))
        for i, sample in enumerate(data_samples):
            own = logits[i : i + 1]
            if is_padded(sample):
                own = self._resize(own, inputs.shape[2:])
            self.postprocess_result(own, [sample])
        return data_samples

    def _forward(
        self, inputs: Tensor, data_samples: list[SegDataSample] | None = None
    ) -> Tensor:
        return self.decode_feats(self.extract_feat(inputs))

    def _resize(self, logits: Tensor, size: Sequence[int]) -> Tensor:
        return F.interpolate(
            logits, size, mode="bilinear", align_corners=self.align_corners
        )
