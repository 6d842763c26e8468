"""Pretrained weights of a backbone of mmseg's own, which mmengine loads leniently."""

import logging

import pytest
import torch
from mmengine.runner.checkpoint import load_state_dict
from mmseg.models.backbones import ResNet
from torch import nn

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.pretrained import check_pretrained
from mmseg_uda.stages.training.stage_runner import quieten


def model(path, depth):
    init_cfg = {"type": "Pretrained", "checkpoint": str(path)}
    net = ResNet(depth, base_channels=4, init_cfg=init_cfg)
    return nn.ModuleDict({"backbone": net})


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


def test_check_pretrained__says_what_is_missing(tmp_path, capsys):
    path = tmp_path / "a.pth"
    weights = ResNet(18, base_channels=4).state_dict()
    torch.save({k: v for k, v in weights.items() if "layer4.1" not in k}, path)
    check_pretrained(model(path, 18))
    said = capsys.readouterr().out
    assert "has not all of backbone: " in said
    assert "layer4.1.conv1.weight" in said


def test_check_pretrained__weights_of_a_whole_segmentor(tmp_path):
    weights = ResNet(18, base_channels=4).state_dict()
    torch.save({f"backbone.{k}": v for k, v in weights.items()}, tmp_path / "a.pth")
    with pytest.raises(StageError, match=r"set prefix='backbone\.' there"):
        check_pretrained(model(tmp_path / "a.pth", 18))


@pytest.mark.parametrize("cut", [True, False])
def test_quieten__tells_what_fits_in_a_line(caplog, cut):
    """A network cut short leaves weights out; one that lacks some is warned of."""
    whole = ResNet(18, base_channels=4)
    short = ResNet(
        18,
        base_channels=4,
        num_stages=2,
        strides=(1, 2),
        dilations=(1, 1),
        out_indices=(1,),
    )
    net, weights = (short, whole) if cut else (whole, short)
    logger, lines = logging.getLogger("test_quieten"), []
    handler = logging.Handler()
    handler.emit = lines.append
    quieten(handler)
    logger.addHandler(handler)
    load_state_dict(net, weights.state_dict(), logger=logger)
    logger.removeHandler(handler)
    (line,) = lines
    said = line.getMessage()
    if cut:
        assert line.levelname == "INFO"
        assert said == (
            "pretrained weights: left out, as the network has no such part: "
            "layer3 (30), layer4 (30)"
        )
    else:
        assert line.levelname == "WARNING"
        assert "start from random numbers: layer3.0.conv1.weight, " in said
        assert len(said) < 300
