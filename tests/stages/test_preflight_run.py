"""Bad input stops a run before it has changed anything on disk."""

from pathlib import Path

import pytest
import torch
from helpers import on_toycity
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.stages import Request, Resolver, StageError, run_stages
from mmseg_uda.stages.checks.loaders import DataCheck
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_folders, check_stages
from mmseg_uda.stages.training.train import _what_next
from mmseg_uda.utils.atomic_files import write_json

CONFIGS = Path(__file__).parents[2] / "configs"
FLAGSHIP = CONFIGS / "lcrf" / "mrnet_lcrf_gta.py"
SINGLE = CONFIGS / "source_only" / "source_only_gta.py"
DONE = {"checkpoint": "iter_6.pth", "checkpoint_hash": "x", "fingerprint": {}}


def small(tmp_path, **changes):
    """A request on a small network, whose backbone can take weights of its size."""
    return Request(SINGLE, work_dir=tmp_path / "run", **on_toycity(), **changes)


def backbone_file(tmp_path, request, change=lambda weights: weights):
    init_default_scope("mmseg")
    resolver = Resolver(request)
    cfg = resolver.stage_config(resolver.stages[0])
    backbone = MODELS.build(cfg.model.segmentor.backbone)
    torch.save(change(backbone.state_dict()), tmp_path / "backbone.pth")
    return str(tmp_path / "backbone.pth")


def test_check_stages__pretrained_weights_are_tried(tmp_path):
    weights = backbone_file(tmp_path, small(tmp_path))
    resolver = Resolver(small(tmp_path, pretrained=weights))
    check_stages(Outlook(resolver, resolver.stages))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: {k: v for k, v in w.items() if "layer4" not in k}, "missing in"),
        (lambda w: {k: v * torch.nan for k, v in w.items()}, "NaN"),
        (lambda w: {"a": torch.ones(1)}, "fits DeepLabResNet only in part"),
    ],
)
def test_check_stages__wrong_pretrained_weights(tmp_path, change, said):
    weights = backbone_file(tmp_path, small(tmp_path), change)
    with pytest.raises(StageError, match=f"pretrained weights[\\s\\S]*{said}"):
        run_stages(small(tmp_path, pretrained=weights))
    assert not (tmp_path / "run").exists(), "no stage counts as begun"


def test_run_stages__a_mistake_moves_nothing_aside(tmp_path):
    folder = tmp_path / "run" / "train"
    folder.mkdir(parents=True)
    write_json(folder / "done.json", DONE)
    request = small(tmp_path, options={"train_cfg.max_iter": 5})
    with pytest.raises(StageError, match="mean 'max_iters'"):
        run_stages(request, restart=True)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["train"]


def test_run_stages__given_checkpoint_is_tried_before_anything_is_written(tmp_path):
    torch.save({"a": torch.ones(1)}, tmp_path / "given.pth")
    request = Request(FLAGSHIP, work_dir=tmp_path / "run", **on_toycity())
    with pytest.raises(ValueError, match=r"(?s)only in part.*leave --toy out"):
        run_stages(request, given=str(tmp_path / "given.pth"))
    with pytest.raises(ValueError, match=r"--stage-one-checkpoint: .* is a folder"):
        run_stages(request, given=str(tmp_path))
    assert not (tmp_path / "run" / "stage_one").exists()


def outlook(tmp_path):
    resolver = Resolver(Request(FLAGSHIP, work_dir=tmp_path, **on_toycity()))
    return Outlook(resolver, resolver.stages)


def test_check_folders__damaged_record_of_a_later_stage(tmp_path):
    (tmp_path / "stage_two").mkdir()
    (tmp_path / "stage_two" / "done.json").write_text('{"fing')
    with pytest.raises(StageError, match=r"stage_two/done\.json is damaged"):
        check_folders(outlook(tmp_path), whole=True)


def test_check_folders__file_in_place_of_a_stage(tmp_path):
    (tmp_path / "stage_two").write_text("")
    with pytest.raises(OSError, match="stage_two is not a folder"):
        check_folders(outlook(tmp_path), whole=True)


def test_draw_toycity__root_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StageError, match=r"--toy-root .* is a file"):
            draw_toycity(Request(SINGLE, **on_toycity(), toy_root=str(root)), [])


PSPNET_LIKE = f"""
_base_ = "{FLAGSHIP}"
stages = dict(stage_one=dict(config=None))
"""


def test_run_stages__stage_one_that_must_be_given(tmp_path):
    (tmp_path / "own.py").write_text(PSPNET_LIKE)
    request = Request(tmp_path / "own.py", work_dir=tmp_path / "run", pretrained="none")
    with pytest.raises(StageError, match=r"'stage_one'.*--stage-one-checkpoint FILE"):
        run_stages(request)
    assert not (tmp_path / "run").exists()


def test_run_stages__labels_that_nothing_makes(tmp_path):
    (tmp_path / "own.py").write_text(f'_base_ = "{FLAGSHIP}"\nstages = None\n')
    request = Request(tmp_path / "own.py", work_dir=tmp_path / "run", pretrained="none")
    with pytest.raises(StageError, match=r"'train'.*no stage makes.*Set the pseudo_"):
        run_stages(request)
    assert not (tmp_path / "run").exists()


def images(tmp_path, sizes, *pipeline):
    for number, size in enumerate(sizes):
        Image.new("RGB", size).save(tmp_path / f"{number:03}.png")
    dataset = {"type": "UnlabelledFolder", "data_root": str(tmp_path)}
    dataset["pipeline"] = list(pipeline)
    return {"train_dataloader": {"dataset": dataset, "batch_size": 1}}


def test_data_check__says_what_was_not_decoded(tmp_path, capsys):
    DataCheck("my.py")(images(tmp_path, [(64, 48)] * 201), "one")
    printed = capsys.readouterr().out
    assert "201 images, 64x48 pixels, 200 of them decoded" in printed
    assert "python tools/check_data.py my.py --full" in printed


def test_data_check__few_images_are_all_decoded(tmp_path, capsys):
    DataCheck("my.py")(images(tmp_path, [(64, 48)] * 2), "one")
    assert "decoded" not in capsys.readouterr().out


def test_data_check__tiny_image(tmp_path):
    with pytest.raises(StageError, match=r"001\.png is 5x3 pixels.*too small"):
        DataCheck()(images(tmp_path, [(64, 48), (5, 3), (64, 48)]), "one")


def test_data_check__image_smaller_than_the_crop(tmp_path):
    init_default_scope("mmseg")
    pipeline = [
        dict(type="LoadImageFromFile"),
        dict(type="DiverseCrop", crop_size=(64, 64)),
    ]
    alike = images(tmp_path, [(200, 200), (180, 200)], *pipeline)
    DataCheck()(alike, "one")
    differ = images(tmp_path, [(200, 200), (180, 200), (40, 40)], *pipeline)
    with pytest.raises(StageError, match=r"002\.png is 40x40 .*crop_size"):
        DataCheck()(differ, "one")


def test_what_next__depends_on_whether_there_is_a_checkpoint(tmp_path):
    cfg = Config({"work_dir": str(tmp_path)})
    assert "No checkpoint has been saved yet" in _what_next(cfg, "one")
    (tmp_path / "iter_4.pth").write_bytes(b"")
    said = _what_next(cfg, "one")
    assert "--restart-from one" in said
    assert "finite, but may have begun to diverge" in said
