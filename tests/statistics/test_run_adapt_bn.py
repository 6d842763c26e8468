import hashlib
import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS
from PIL import Image
from tiny_norms import write_images

from mmseg_uda.commands.run_adapt_bn import run_adapt_bn
from mmseg_uda.stages import Request, StageError
from mmseg_uda.statistics import StatisticsOptions

# A stock mmseg config whose target is one of mmseg's data sets, too.
CONFIG = """
default_scope = 'mmseg'
norm = dict(type='NORM', requires_grad=True)
data_preprocessor = dict(type='SegDataPreProcessor', size=(8, 12))
model = dict(
    type='EncoderDecoder', data_preprocessor=data_preprocessor,
    backbone=dict(type='ResNet', depth=18, num_stages=1, strides=(1,), dilations=(1,),
                  out_indices=(0,), base_channels=4, stem_channels=4, norm_cfg=norm),
    decode_head=dict(type='FCNHead', in_channels=4, in_index=0, channels=4,
                     num_classes=19, num_convs=1, norm_cfg=norm),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
pipeline = [dict(type='LoadImageFromFile'),
            dict(type='Resize', scale=(12, 8), keep_ratio=False),
            dict(type='LoadAnnotations'), dict(type='PackSegInputs')]
target = dict(type='CityscapesDataset', data_root='DATA', img_suffix='.png',
              data_prefix=dict(img_path='images', seg_map_path='labels'), pipeline=[])
train_dataloader = dict(dataset=dict(domains=dict(target=target)))
test_dataloader = dict(num_workers=0, dataset=dict(type='CityscapesDataset',
    data_root='DATA', pipeline=pipeline))
"""


@pytest.fixture
def setting(tmp_path):
    write_images(tmp_path / "images")
    norm = dict(BN="type='BN'", GN="type='GN', num_groups=2")
    for name, given in norm.items():
        text = CONFIG.replace("DATA", str(tmp_path)).replace("type='NORM'", given)
        (tmp_path / f"{name}.py").write_text(text)
        torch.manual_seed(0)
        model = MODELS.build(Config.fromfile(tmp_path / f"{name}.py").model)
        weights = {**model.state_dict(), "heads.d.weight": torch.ones(2)}
        content = dict(
            state_dict=weights,
            optimizer={"state": {}},
            meta=dict(dataset_meta=dict(classes=["a"]), iter=7),
        )
        torch.save(content, tmp_path / f"{name}.pth")
    return tmp_path


def run(folder, norm="BN", checkpoint=None, out="out.pth", options=None, **how):
    return run_adapt_bn(
        Request(folder / f"{norm}.py", device="cpu"),
        str(checkpoint or folder / f"{norm}.pth"),
        folder / out,
        options or StatisticsOptions(),
        **how,
    )


def test_file__is_the_checkpoint_with_other_statistics(setting, capsys):
    report = run(setting, json=setting / "out.json")
    before = torch.load(setting / "BN.pth", weights_only=True)
    after = torch.load(setting / "out.pth", weights_only=True)
    assert after.keys() == {"meta", "state_dict"}
    assert after["meta"]["dataset_meta"] == {"classes": ["a"]}
    origin = after["meta"]["batch_norm_statistics"]
    digest = hashlib.sha256((setting / "BN.pth").read_bytes()).hexdigest()
    assert (origin["checkpoint_sha256"], origin["num_images"]) == (digest, 5)
    assert before["state_dict"].keys() == after["state_dict"].keys()
    for name, weight in before["state_dict"].items():
        same = torch.equal(weight, after["state_dict"][name])
        assert same != name.endswith(("running_mean", "running_var", "_tracked"))
    assert json.loads((setting / "out.json").read_text()) == report
    assert len(report["moved"]) == 7
    printed, warned = capsys.readouterr()
    assert "backbone.layer1.0.bn1" in printed
    assert "ln(std ratio)" in printed
    assert "warning: the batch norm statistics are those of 5 images alone" in warned
    assert not list(setting.glob(".*"))
    # stock mmseg loads it
    model = MODELS.build(Config.fromfile(setting / "BN.py").model)
    load_checkpoint(model, str(setting / "out.pth"), map_location="cpu")
    name = "backbone.bn1.running_mean"
    assert torch.equal(model.state_dict()[name], after["state_dict"][name])


def test_images__of_a_folder(setting, capsys):
    whole = run(setting)
    write_images(setting / "other", 3, seed=5)
    few = run(setting, out="b.pth", images=str(setting / "other"))
    assert (whole["num_images"], few["num_images"]) == (5, 3)
    write_images(setting / "single", 1)
    run(setting, out="d.pth", images=str(setting / "single"))
    assert "have the statistics of 1 image: " in capsys.readouterr().out
    same = run(setting, out="c.pth", images=str(setting / "images"))
    assert same["moved"] == whole["moved"]
    assert same["images_sha256"] == whole["images_sha256"]


def test_no_batch_norm__says_that_there_is_nothing_to_adapt(setting):
    with pytest.raises(StageError, match=r"GN\.py: the network has no batch norm"):
        run(setting, "GN")
    assert not (setting / "out.pth").exists()


def test_files__that_are_not_what_they_should_be(setting):
    content = (setting / "BN.pth").read_bytes()
    (setting / "cut.pth").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"cannot read '.*cut\.pth' as a checkpoint"):
        run(setting, checkpoint=setting / "cut.pth")
    with pytest.raises(FileNotFoundError):
        run(setting, checkpoint=setting / "none.pth")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        run(setting, images=str(setting / "nowhere"))
    with pytest.raises(StageError, match="is the checkpoint to adapt"):
        run(setting, out="BN.pth", overwrite=True)
    (setting / "out.pth").write_text("mine")
    with pytest.raises(StageError, match="replace it with --overwrite"):
        run(setting)
    assert (setting / "out.pth").read_text() == "mine"
    run(setting, overwrite=True)


def test_report__never_replaces_a_checkpoint(setting):
    (setting / "link.pth").symlink_to("out.pth")
    for report in ("out.pth", "link.pth"):
        with pytest.raises(StageError, match="--out and --json are one file"):
            run(setting, json=setting / report, overwrite=True)
    assert not (setting / "out.pth").exists()
    (setting / "text.json").write_text("{my notes")
    (setting / "result.json").write_text('{"final": {"mIoU": 1}}')
    torch.save({}, setting / "other.pth")
    for name in ("text.json", "result.json", "other.pth"):
        content = (setting / name).read_bytes()
        with pytest.raises(StageError, match=f"{name} exists and is no report of"):
            run(setting, json=setting / name, overwrite=True)
        assert (setting / name).read_bytes() == content
    for old in ('{"moved": []}', ""):
        (setting / "old.json").write_text(old)
        report = run(setting, json=setting / "old.json", overwrite=True)
        assert json.loads((setting / "old.json").read_text()) == report


def test_images__that_cannot_be_read_are_named_before_the_pass(setting, monkeypatch):
    monkeypatch.setattr("mmseg_uda.datasets.image_files.load_image", pytest.fail)
    folder = write_images(setting / "other")
    for name in ("img01.png", "img03.png"):
        (folder / name).write_bytes(b"")
    (folder / "img02.png").write_bytes(b"no picture")
    with pytest.raises(StageError, match=r"3 problem\(s\)") as error:
        run(setting, images=str(folder))
    assert all(f"img0{i}.png" in str(error.value) for i in (1, 2, 3))
    assert "--cfg-options" not in str(error.value)


def test_images__of_16_bits_are_read_as_the_key_says_that_is_named(setting):
    folder = setting / "deep"
    folder.mkdir()
    for i in range(2):
        deep = np.random.default_rng(i).integers(0, 4096, (8, 12)).astype(np.uint16)
        Image.fromarray(deep).save(folder / f"{i}.png")
    key = "train_dataloader.dataset.domains.target.value_range"
    with pytest.raises(StageError, match=rf"--cfg-options {key}=0,65535"):
        run(setting, images=str(folder))
    request = Request(setting / "BN.py", device="cpu", options={key: [0, 4095]})
    files = (str(setting / "BN.pth"), setting / "out.pth", StatisticsOptions())
    assert run_adapt_bn(request, *files, images=str(folder))["num_images"] == 2


def test_images__of_one_name_but_for_the_suffix(setting):
    folder = write_images(setting / "twins", 1)
    (folder / "img00.jpg").write_bytes((folder / "img00.png").read_bytes())
    assert run(setting, images=str(folder))["num_images"] == 2
