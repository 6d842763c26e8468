"""Pictures are what the networks predict; labels of the target stay closed."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import on_toycity
from mmseg.registry import MODELS
from PIL import Image
from run_folders import labels, write_stage

from mmseg_uda.commands.run_report import report
from mmseg_uda.reporting import draw_samples, read_run
from mmseg_uda.reporting.data_uris import fitted, mask_uri, photo_uri
from mmseg_uda.reporting.equations import as_recorded, equation_of
from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.equation import as_equation, describe
from mmseg_uda.stages.run.record import fingerprint
from mmseg_uda.toycity import make_toycity

CONFIG = Path(__file__).parents[2] / "configs" / "lcrf" / "mrnet_lcrf_gta.py"


def opened(uri):
    kind, _, data = uri.partition(";base64,")
    assert kind in ("data:image/png", "data:image/jpeg")
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_mask__has_the_classes_colours_and_no_colour_for_255():
    palette = [[10, 20, 30], [200, 100, 50], [0, 0, 255]]
    ids = np.array([[0, 1], [2, 255]])
    picture = opened(mask_uri(ids, palette, (2, 2))).convert("RGBA")
    pixels = np.asarray(picture).reshape(4, 4).tolist()
    assert pixels[:3] == [[*color, 255] for color in palette]
    assert pixels[3][3] == 0


def test_pictures__are_made_small_in_their_shape():
    assert fitted(1024, 2048, 640) == (320, 640)
    assert fitted(100, 50, 640) == (100, 50)
    assert fitted(2000, 1, 640) == (640, 1)
    image = np.full((100, 50, 3), (250, 10, 10), np.uint8)
    picture = opened(photo_uri(image, (50, 25)))
    assert picture.size == (25, 50)
    assert picture.getpixel((5, 5))[0] > 200  # red is still red


def test_as_recorded__puts_sorted_entries_back():
    recorded = ["m.b.y", "m.b.x", "m.ab.z", "m.a"]
    node = {"a": 1, "ab": {"z": 2}, "b": {"x": 3, "y": 4}, "more": 5}
    ordered = as_recorded(node, "m", recorded)
    assert ordered == node
    assert list(ordered) == ["b", "ab", "a", "more"]
    assert list(ordered["b"]) == ["y", "x"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Both trainings of the flagship, with random weights on a tiny ToyCity."""
    folder = tmp_path_factory.mktemp("run")
    counts = dict(
        gta5=dict(train=2), synthia=dict(train=1), cityscapes=dict(train=2, val=3)
    )
    make_toycity(folder / "toy", counts=counts, workers=1, progress=False)
    labels = list((folder / "toy/cityscapes/gtFine/train").rglob("*.png"))
    assert labels
    for label in labels:
        label.write_bytes(b"whoever opens it fails")
    request = Request(CONFIG, **on_toycity(), toy_root=str(folder / "toy"))
    resolver = Resolver(request)
    equations = {}
    for seed, stage in enumerate(s for s in resolver.stages if s.trains):
        cfg = resolver.stage_config(stage)
        place = write_stage(folder / "run", stage.name, at=seed)
        known = fingerprint(stage.deciding(cfg))
        record = (place / "done.json").read_text()
        done = {**json.loads(record), "fingerprint": known}
        (place / "done.json").write_text(json.dumps(done))
        cfg.dump(str(place / "config.py"))
        torch.manual_seed(seed)
        model = MODELS.build(cfg.model | {"data_preprocessor": cfg.data_preprocessor})
        equations[stage.name] = as_equation(describe(model))
        weights = {"state_dict": model.state_dict(), "meta": {}}
        torch.save(weights, place / "iter_100.pth")
    return folder / "run", equations


def test_equation__is_that_of_describe(run):
    folder, equations = run
    for stage in read_run(folder).stages:
        assert equation_of(stage).body == equations[stage.name]


def test_equation__says_why_there_is_none(tmp_path):
    place = write_stage(tmp_path / "run", "one")
    (place / "config.py").write_text("model = dict(type='Nonsense')")
    told = equation_of(read_run(tmp_path / "run").stages[0])
    assert told.body.startswith("no equation: ")
    assert "Nonsense" in told.body


def test_equation__of_a_stage_that_does_not_train_is_its_options(tmp_path):
    place = write_stage(tmp_path / "run", "grids", pseudo_labels=labels())
    (place / "pseudo_labels.json").unlink()
    done = json.loads((place / "done.json").read_text())
    done["fingerprint"] = {"stage.type": "'RegionGridStage'", "stage.rules.a": "3"}
    (place / "done.json").write_text(json.dumps(done))
    told = equation_of(read_run(tmp_path / "run").stages[0])
    assert (told.heading, told.body) == ("RegionGridStage", "rules.a = 3")


def test_samples__of_the_validation(run):
    one, two = read_run(run[0]).stages
    samples = draw_samples(two, one, ("one", "two"), count=2, device="cpu")
    assert samples.of_validation
    assert len(samples.classes) == 19
    first, last = samples.images
    assert first.name != last.name
    assert opened(first.photo).size == opened(first.after).size == (256, 128)
    assert first.truth is not None
    assert 0 <= first.right_after <= 1
    before, after, truth = (
        np.asarray(opened(uri).convert("RGBA"))
        for uri in (first.before, first.after, first.truth)
    )
    # the pictures are not scaled here, so that they can be counted
    differ = (before != after).any(-1)
    assert differ.mean() == pytest.approx(first.changed)
    known = truth[..., 3] == 255
    right = (after == truth).all(-1)[known].mean()
    assert right == pytest.approx(first.right_after)


def test_samples__without_validation_are_of_the_target(run):
    _, two = read_run(run[0]).stages
    place = two.folder / "config.py"
    text = place.read_text()
    place.write_text(f"{text}\nval_dataloader = None\n")
    try:
        samples = draw_samples(two, None, ("", "two"), count=2, device="cpu")
    finally:
        place.write_text(text)
    assert not samples.of_validation
    assert [image.truth for image in samples.images] == [None, None]
    assert [image.before for image in samples.images] == [None, None]


def test_report__has_the_pictures_or_says_why_not(run, tmp_path, capsys):
    folder, _ = run
    out = tmp_path / "page.html"
    report([str(folder)], out=str(out), samples=1, device="cpu")
    assert out.read_text().count("data:image/jpeg") == 1
    (folder / "stage_two" / "iter_100.pth").rename(tmp_path / "moved.pth")
    (folder / "stage_one" / "iter_100.pth").write_bytes(b"broken")
    report([str(folder)], out=str(out), samples=1, device="cpu")
    assert "data:image/jpeg" not in out.read_text()
    assert "warning: no pictures: " in capsys.readouterr().err


@pytest.mark.parametrize("done", [True, False])
def test_checkpoint__of_a_folder_that_is_named_from_here(tmp_path, monkeypatch, done):
    place = write_stage(tmp_path / "run", "one", done=done)
    torch.save({"state_dict": {}}, place / "iter_100.pth")
    monkeypatch.chdir(tmp_path)
    (stage,) = read_run("run").stages
    assert stage.checkpoint == Path("run/one/iter_100.pth")
    assert stage.checkpoint.is_file()
    assert stage.weights == "iter_100.pth"


def test_report__a_device_that_is_not_there_is_refused(tmp_path):
    write_stage(tmp_path / "run", "one")
    with pytest.raises(ValueError, match="'nonsense' is unknown"):
        report([str(tmp_path / "run")], samples=1, device="nonsense")
    assert not (tmp_path / "run" / "report.html").exists()
