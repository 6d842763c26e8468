"""Pretrained weights of a backbone of mmseg's own, which mmengine loads leniently."""

from types import SimpleNamespace

import pytest
import torch
from mmseg.models.backbones import ResNet

from mmseg_uda.engine.stages import StageError
from mmseg_uda.engine.stages.checks.pretrained import check_pretrained


def model(path, depth):
    init_cfg = {"type": "Pretrained", "checkpoint": str(path)}
    return SimpleNamespace(backbone=ResNet(depth, base_channels=4, init_cfg=init_cfg))


def test_check_pretrained__stock_backbone(tmp_path):
    path = tmp_path / "a.pth"
    weights = ResNet(18, base_channels=4).state_dict()
    torch.save({**weights, "fc.weight": torch.zeros(1)}, path)
    check_pretrained(model(path, 18))
    with pytest.raises(StageError, match="of another network"):
        check_pretrained(model(path, 50))
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(StageError, match="truncated"):
        check_pretrained(model(path, 18))


def test_check_pretrained__addresses_are_left_to_mmengine():
    check_pretrained(model("open-mmlab://resnet18_v1c", 18))
