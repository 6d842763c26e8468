"""visualize.py: all panels of an image, going on, and what cannot be drawn."""

from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import on_toycity
from in_process import ROOT, call
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.stages import Request, Resolver

TOOL = "tools/visualize.py"
FLAGSHIP = ROOT / "configs" / "lcrf" / "mrnet_lcrf_gta.py"
SOURCE_ONLY = ROOT / "configs" / "source_only" / "source_only_gta.py"
PANELS = ["confidence", "image", "lipschitz", "semantic", "truth", "variance"]


def toy_model(config):
    """The small model of a config's last stage."""
    resolver = Resolver(Request(config, **on_toycity()))
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope("mmseg"):
        return MODELS.build(resolver.stage_config(resolver.stages[-1]).model)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """Weights of the flagship's second stage on ToyCity, without training."""
    path = tmp_path_factory.mktemp("weights") / "weights.pth"
    torch.save(toy_model(FLAGSHIP).state_dict(), path)
    return path


@pytest.fixture
def draw(monkeypatch, toy_root, tmp_path, checkpoint):
    """Run the tool; returns the exit code."""

    def run(
        *images, config=FLAGSHIP, weights=checkpoint, out=tmp_path / "out", more=()
    ):
        fixed = ["--out", tmp_path / "out", "--draws", 2, "--device=cpu"]
        fixed += ["--toy", "--toy-network=random", "--toy-root", toy_root]
        return call(monkeypatch, TOOL, config, weights, *images, *fixed, *more)

    return run


@pytest.fixture(scope="module")
def val_images(toy_root):
    return sorted((toy_root / "cityscapes/leftImg8bit/val").rglob("*.png"))


def state_of(folder):
    """Content and time of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
    }


def test_visualize__draws_goes_on_and_overwrites(draw, val_images, tmp_path, capsys):
    out, folder = tmp_path / "out", val_images[0].parents[1]
    assert draw(folder, more=["--panels"]) == 0
    assert sorted(path.name for path in out.iterdir()) == sorted([*PANELS, "sheet"])
    original = np.asarray(Image.open(val_images[0]))
    name = val_images[0].relative_to(folder)
    for kind in PANELS:
        panel = np.asarray(Image.open(out / kind / name))
        assert panel.shape == original.shape
    assert (np.asarray(Image.open(out / "image" / name)) == original).all()
    first = state_of(out)
    assert len(first) == 7 * len(val_images)
    # killed while it drew the second image: that one alone is drawn anew, the same
    lost = str(Path("sheet", val_images[1].relative_to(folder)))
    (out / lost).unlink()
    (out / "sheet" / ".x.png.1.tmp").touch()
    assert draw(folder, more=["--panels"]) == 0
    assert "1 image drawn (1 had been drawn before)" in capsys.readouterr().out
    second = state_of(out)
    assert {key: content for key, (content, _) in first.items()} == {
        key: content for key, (content, _) in second.items()
    }
    of_first_image = [key for key in first if name.name in key]
    assert len(of_first_image) == 7
    assert all(first[key] == second[key] for key in of_first_image)
    # other settings are not mixed in
    assert draw(folder, more=["--seed", 1]) == 1
    assert "another checkpoint, image or other settings" in capsys.readouterr().err
    assert state_of(out) == second
    assert draw(folder, more=["--seed", 1, "--overwrite"]) == 0
    assert state_of(out)[lost] != second[lost]


def test_visualize__any_size_labels_and_a_config_without_map(
    draw, tmp_path, tmp_path_factory
):
    weights = tmp_path_factory.mktemp("source_only") / "weights.pth"
    torch.save(toy_model(SOURCE_ONLY).state_dict(), weights)
    pixels = np.random.default_rng(0).integers(0, 256, (37, 61, 3), np.uint8)
    (tmp_path / "labels").mkdir()
    Image.fromarray(pixels).save(tmp_path / "odd.jpg")
    Image.fromarray(pixels[..., 0] % 19).save(tmp_path / "labels/odd.png")
    more = ["--panels", "--labels", tmp_path / "labels", "--eps", 3, "--kind", "sign"]
    code = draw(tmp_path / "odd.jpg", config=SOURCE_ONLY, weights=weights, more=more)
    assert code == 0
    for kind in PANELS:
        assert Image.open(tmp_path / f"out/{kind}/odd.png").size == (61, 37)
    assert Image.open(tmp_path / "out/sheet/odd.png").size[0] > 3 * 384


@pytest.mark.parametrize(
    ("image", "more", "said"),
    [
        ("nowhere", (), "nowhere does not exist"),
        ("empty", (), "holds no image"),
        ("notes.txt", (), "is no image"),
        ("good", ("--stage", "pseudo_labels"), "trains no model"),
        ("good", ("--stage", "stage_tow"), "Did you mean 'stage_two'?"),
        ("good", ("--eps", "-1"), "noise eps must be finite and >= 0"),
        ("good", ("--labels", "empty"), "a label for none of the images"),
        ("good", ("--out", "good/out"), "lies in the image folder"),
        ("good", ("--cfg-options", "modle.x=1"), "Did you mean 'model'?"),
    ],
)
def test_visualize__what_cannot_be_drawn(
    draw, monkeypatch, tmp_path, capsys, image, more, said
):
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "good"):
        (tmp_path / folder).mkdir()
    Image.new("RGB", (64, 32)).save(tmp_path / "good/1.png")
    (tmp_path / "notes.txt").touch()
    assert draw(image, more=more) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.rglob("sheet"))


def test_visualize__one_damaged_image_does_not_stop_the_others(draw, tmp_path, capsys):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/1.png").write_bytes(b"no picture")
    Image.new("RGB", (64, 32)).save(tmp_path / "images/2.png")
    assert draw(tmp_path / "images") == 1
    error = capsys.readouterr().err
    assert "1 of 2 images could not be drawn" in error
    assert f"{tmp_path / 'images/1.png'} is not an image" in error
    assert [path.name for path in (tmp_path / "out/sheet").iterdir()] == ["2.png"]


def test_visualize__weights_of_another_network(draw, val_images, tmp_path, capsys):
    single = SOURCE_ONLY.with_name("source_only_single_head_gta.py")
    torch.save(toy_model(single).state_dict(), tmp_path / "single.pth")
    assert draw(val_images[0], weights=tmp_path / "single.pth") == 1
    assert "fits UDASegmentor only in part" in capsys.readouterr().err
    assert draw(val_images[0], weights=tmp_path / "none.pth") == 1
    assert "does not exist" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
