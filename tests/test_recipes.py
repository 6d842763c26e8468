"""The configs of docs/recipes run, from the first stage to the last."""

import shutil
from pathlib import Path

import pytest
import torch
from mmseg.registry import MODELS
from resolved import resolved
from test_docs import SHORT, draw, options, run, workspace  # noqa: F401

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages

SMALL = {
    "own.scale": (96, 64),
    "own.crop_size": (48, 64),
    "own.iters": 2,
    **{key: value for key, value in SHORT.items() if "dataloader" in key},
}
NO_VALIDATION = {k: v for k, v in SMALL.items() if not k.startswith("val_dataloader")}


@pytest.fixture
def folder(workspace: Path) -> Path:  # noqa: F811
    """The folders of own_data.md, and those that recipes add."""
    draw(workspace / "data/own/few", 2, True)
    for camera in ("front", "rear"):
        shutil.copytree(
            workspace / "data/own/target/images", f"data/own/cameras/{camera}"
        )
    return workspace


def trained(name: str, stage: str) -> dict:
    path = f"work_dirs/{name}/{stage}/iter_2.pth"
    return torch.load(path, weights_only=False, map_location="cpu")["state_dict"]


@pytest.mark.slow
def test_source_free__no_source_image_is_needed(folder):
    config = "configs/own/source_free.py"
    cfg = resolved(Path(config))
    stock = MODELS.build(cfg.model).segmentor
    torch.save({"state_dict": stock.state_dict(), "meta": {}}, "trained.pth")
    shutil.rmtree("data/own/source")
    shutil.rmtree("data/own/val")
    given = ("--stage-one-checkpoint", "trained.pth", "--pretrained=none")
    run("train.py", config, *given, "--cfg-options", *options(NO_VALIDATION))
    before, after = stock.state_dict(), trained("source_free", "stage_two")
    assert set(before) == set(after)
    assert any((before[key] != after[key]).any() for key in before)


def test_source_free__wants_a_checkpoint(folder):
    resolver = Resolver(Request(Path("configs/own/source_free.py")))
    with pytest.raises(StageError, match="stage-one-checkpoint"):
        check_stages(Outlook(resolver, resolver.stages))


@pytest.mark.slow
def test_batch_norm_alone__trains_on_the_source_and_ends_with_the_target(folder):
    config = "configs/own/statistics_own.py"
    out = run("train.py", config, "--pretrained=none", "--cfg-options", *options(SMALL))
    assert "target" in out
    assert trained("statistics_own", "train")


def test_few_labels__are_a_term_of_both_trainings(folder):
    text = run("describe_method.py", "configs/own/few_labels.py")
    assert text.count("labelled_target") >= 2, text
    plan = Resolver(Request(Path("configs/own/few_labels.py")))
    for stage in ("stage_one", "stage_two"):
        cfg = next(plan.stage_config(s) for s in plan.stages if s.name == stage)
        few = cfg.train_dataloader.dataset.domains.labelled_target
        assert few.data_root == "data/own/few"
        assert cfg.model.objectives.labelled_target.on == "labelled_target"


@pytest.mark.nightly
def test_few_labels__train_all_stages(folder):
    config = "configs/own/few_labels.py"
    run("train.py", config, "--pretrained=none", "--cfg-options", *options(SMALL))
    log = next(Path("work_dirs/few_labels/stage_two").rglob("scalars.json")).read_text()
    assert "labelled_target" in log


@pytest.mark.nightly
def test_several_cameras__train_then_one_by_one(folder):
    config = "configs/own/several_cameras.py"
    run("train.py", config, "--pretrained=none", "--cfg-options", *options(SMALL))
    checkpoint = "work_dirs/several_cameras/stage_two/iter_2.pth"
    for camera in ("front", "rear"):
        images = f"data/own/cameras/{camera}"
        given = ("--images", images, "--out", f"{camera}.pth")
        small = options({k: v for k, v in SMALL.items() if k.startswith("own.sc")})
        run("adapt_bn.py", config, checkpoint, *given, "--cfg-options", *small)
        assert Path(f"{camera}.pth").is_file()
