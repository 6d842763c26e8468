"""Heads of the wrong number of channels are found before anything is trained."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS

from mmseg_uda.engine.toy import apply_toy
from mmseg_uda.stages.checks.head_channels import check_head_channels

CONFIGS = Path(__file__).parents[2] / "configs"


def build(leaf, **in_channels):
    cfg = Config.fromfile(CONFIGS / leaf)
    apply_toy(cfg)
    for name, channels in in_channels.items():
        cfg.model.heads[name].in_channels = channels
    return MODELS.build(cfg.model)


@pytest.mark.parametrize(
    "leaf",
    ["mlan/cr_al_gta.py", "adaptseg/adaptseg_gta.py", "patchalign/patchalign_gta.py"],
)
def test_check__shipped_heads_fit(leaf):
    model = build(leaf).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    check_head_channels(model)
    assert model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_check__features():
    message = r"heads\.c_medium was made for in_channels=7, but sees the last features"
    with pytest.raises(ValueError, match=message + r".*c_medium\.in_channels=64,"):
        check_head_channels(build("mlan/cr_al_gta.py", c_medium=7))


def test_check__discriminators_of_images():
    cfg = Config.fromfile(CONFIGS / "mlan/rit_gta.py")
    apply_toy(cfg)
    judge = dict(type="PixelDiscriminator", in_channels=3, channels=(4, 4))
    cfg.model.heads.update(d_s=judge, d_t=judge)
    check_head_channels(MODELS.build(cfg.model))


def test_check__class_probabilities():
    message = r"heads\.d_aux was made for in_channels=16, .*d_aux\.in_channels=19,"
    with pytest.raises(ValueError, match=message):
        check_head_channels(build("adaptseg/adaptseg_gta.py", d_aux=16))
