"""Pseudo-labels of a network with the batch norm statistics of the images."""

import copy
import json

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from pseudo_label_toys import folder_hashes, write_images

from mmseg_uda.models.segmentors.mean_segmentor import MeanSegmentor
from mmseg_uda.pseudo_labels import (
    generate,
    outcome_line,
    outcome_warnings,
    run_pseudo_label_stage,
)
from mmseg_uda.pseudo_labels.network_statistics import adapt_networks, described
from mmseg_uda.statistics import StatisticsOptions, adapt_statistics, write_adapted

OPTIONS = StatisticsOptions(batch_size=2)


def label(setting, out, checkpoint="tiny.pth", norm=None, **options):
    cfg = Config.fromfile(setting / "tiny.py")
    if norm is not None:
        cfg.model.backbone.norm_cfg = cfg.model.decode_head.norm_cfg = norm
    return run_pseudo_label_stage(
        cfg, setting / checkpoint, setting / out, device="cpu", num_workers=0, **options
    )


def images(setting, out):
    """Hashes of labels and confidences alone."""
    hashes = folder_hashes(setting / out)
    return {name: digest for name, digest in hashes.items() if name.endswith(".png")}


@pytest.fixture
def seen(monkeypatch):
    """The models that labels are generated with, and their images."""
    calls = []
    monkeypatch.setattr(
        "mmseg_uda.pseudo_labels.stage.generate_pseudo_labels",
        lambda model, files, *_, **__: calls.append((model, files)) or {},
    )
    return calls


def test_labels__are_those_of_an_adapted_checkpoint(setting, seen, monkeypatch):
    label(setting, "nothing")
    ((model, files),) = seen
    monkeypatch.undo()
    adapt_statistics(model, files, OPTIONS)
    write_adapted(model, setting / "tiny.pth", setting / "adapted.pth", {})
    label(setting, "adapted", "adapted.pth")
    report = label(setting, "ours", statistics=OPTIONS)
    label(setting, "plain")
    assert images(setting, "ours") == images(setting, "adapted")
    assert images(setting, "ours") != images(setting, "plain")
    assert len(images(setting, "ours")) == 6
    told = report["target_statistics"]
    assert (told["batch_size"], told["layers"]) == (2, ["*"])
    assert told["batch_norms"] == len(adapt_statistics(model, files, OPTIONS)[0]) > 0
    assert "target_statistics" not in label(setting, "plain")


def test_labels__of_an_interrupted_run(setting, monkeypatch):
    label(setting, "whole", statistics=OPTIONS)
    written = []

    def stops(*args):
        if written:
            raise KeyboardInterrupt
        written.append(args)
        return write(*args)

    write = generate.PseudoLabelWriter.write
    monkeypatch.setattr(generate.PseudoLabelWriter, "write", stops)
    with pytest.raises(KeyboardInterrupt):
        label(setting, "ours", statistics=OPTIONS)
    monkeypatch.undo()
    assert len(images(setting, "ours")) == 2
    label(setting, "ours", statistics=OPTIONS)
    assert folder_hashes(setting / "ours") == folder_hashes(setting / "whole")
    # and a finished folder needs no network
    monkeypatch.setattr(generate, "adapt_networks", pytest.fail)
    label(setting, "ours", statistics=OPTIONS)


def test_labels__of_other_statistics_are_not_gone_on_with(setting):
    label(setting, "ours", statistics=OPTIONS)
    for other in (None, StatisticsOptions(blend=0.5, batch_size=2)):
        with pytest.raises(ValueError, match="target_statistics"):
            label(setting, "ours", statistics=other)


def test_labels__of_a_network_without_batch_norm(setting):
    norm = dict(type="GN", num_groups=2)
    for out, statistics in (("plain", None), ("ours", OPTIONS)):
        report = label(
            setting, out, norm=norm, allow_partial=True, statistics=statistics
        )
    assert report["target_statistics"]["batch_norms"] == 0
    assert "no batch norm that could have the statistics" in outcome_line(report)
    assert "no batch norm" not in outcome_line(
        label(setting, "plain", norm=norm, allow_partial=True)
    )
    assert images(setting, "ours") == images(setting, "plain")


def test_labels__say_which_layers_keep_what_they_had(setting):
    cfg = Config.fromfile(setting / "tiny.py")
    cfg.model.decode_head = dict(
        type="ASPPHead", in_channels=4, in_index=0, channels=4, dilations=(1,),
        num_classes=19, norm_cfg=dict(type="BN"),
    )  # fmt: skip
    torch.save(MODELS.build(cfg.model).state_dict(), setting / "aspp.pth")
    given = (cfg, setting / "aspp.pth", setting / "ours")
    options = dict(
        images=write_images(setting / "one", 1), device="cpu", statistics=OPTIONS
    )
    report = run_pseudo_label_stage(*given, **options)
    told = report["target_statistics"]
    assert told["kept"] == ["decode_head.image_pool.1.bn"]
    few, kept = told["warnings"]
    assert "are those of 1 image alone" in few
    assert kept.endswith("given a single value: decode_head.image_pool.1.bn")
    assert outcome_warnings(report, setting / "ours")[:2] == [few, kept]
    # a folder that is finished still says so
    assert run_pseudo_label_stage(*given, **options)["target_statistics"] == told


def test_adapt_networks__each_of_several(setting, seen):
    label(setting, "nothing")
    ((model, files),) = seen
    other = copy.deepcopy(model)
    torch.nn.init.normal_(other.backbone.conv1.weight)
    expected = [copy.deepcopy(model), copy.deepcopy(other)]
    both = MeanSegmentor([model, other])
    adapt_networks(both, files, OPTIONS, num_workers=0)
    for network, reference in zip(both.members, expected, strict=True):
        adapt_statistics(reference, files, OPTIONS)
        ours, theirs = network.state_dict(), reference.state_dict()
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert not torch.equal(
        model.backbone.bn1.running_mean, other.backbone.bn1.running_mean
    )
    assert json.loads(json.dumps(described(both, OPTIONS))) == described(both, OPTIONS)
    assert described(both, OPTIONS)["batch_norms"] == 12
