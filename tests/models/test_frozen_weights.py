"""Frozen heads must come with the weights to start from; trained ones need not."""

import pytest
import torch
from helpers import tiny_segmentor
from mmseg.registry import MODELS

from mmseg_uda.weights.checkpoints import TRAINING_PARTS, load_into


def make_model(frozen):
    heads = {
        name: dict(type="PixelDiscriminator", in_channels=5, channels=(4,))
        for name in ("c_image", "d")
    }
    adversarial = dict(
        type="Adversarial", discriminators=dict(decode="d"), loss_weight=1.0
    )
    if not frozen:
        adversarial["discriminators"]["aux"] = "c_image"
        adversarial["loss_weight"] = dict(decode=1.0, aux=1.0)
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(),
            heads=heads,
            objectives=dict(adversarial=adversarial),
            frozen=frozen,
        )
    )


FROZEN = ["segmentor", "heads.c_*"]


@pytest.mark.parametrize(
    ("lost", "frozen", "said"),
    [
        ("heads.d", FROZEN, None),
        ("heads.c_image", [], None),
        ("heads.c_image", FROZEN, "heads.c_image.layers.0.weight"),
        ("decode_head", FROZEN, "decode_head"),
    ],
)
def test_load__misses_what_is_frozen(tmp_path, lost, frozen, said):
    weights = make_model([]).state_dict()
    kept = {k: v for k, v in weights.items() if not k.startswith(lost)}
    torch.save({"state_dict": kept}, tmp_path / "weights.pth")
    model = make_model(frozen)
    if said is None:
        load_into(model, tmp_path / "weights.pth", ignore=TRAINING_PARTS)
        own = model.state_dict()
        assert all(torch.equal(own[name], value) for name, value in kept.items())
        return
    with pytest.raises(ValueError, match=said):
        load_into(model, tmp_path / "weights.pth", ignore=TRAINING_PARTS)
