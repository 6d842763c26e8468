"""``mmseg-uda init``: three folders in, a config out."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageFilter

from mmseg_uda.commands.choices import METHODS, NETWORKS
from mmseg_uda.commands.init import main, parse_args
from mmseg_uda.planning import plan
from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages


@pytest.fixture
def folders(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for folder, count in (("a/images", 4), ("b", 5), ("c/images", 2)):
        for index in range(count):
            mask = np.zeros((96, 128), np.uint8)
            left, top = rng.integers(0, 90, 2)
            mask[top : top + 3] = 255
            mask[:, left : left + 2] = 255
            noise = rng.integers(0, 255, (96, 128, 3), np.uint8)
            image = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2))
            image.paste((20, 20, 20), mask=Image.fromarray(mask))
            path = tmp_path / folder / f"{index}_rgb.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path)
            if folder != "b":
                label = path.parents[1] / "masks" / f"{index}_mask.png"
                label.parent.mkdir(exist_ok=True)
                Image.fromarray(mask).save(label)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ABC = [
    *("--source-images", "a/images", "--source-labels", "a/masks"),
    *("--target-images", "b", "--out", "runs/cracks"),
]
VAL = ["--target-val-images", "c/images", "--target-val-labels", "c/masks"]


def test_init__choices_are_those_of_the_plan():
    assert set(METHODS) == set(plan.METHODS)
    assert set(NETWORKS) == set(plan.NETWORKS)


def test_init__writes_a_config_that_is_ready_to_run(folders, capsys):
    main([*ABC, *VAL, "--classes", "wall", "crack", "--iters", "7"])
    said = capsys.readouterr().out
    assert "source: 4 images (4 JPEG, 8 bit, 3 bands)" in said
    assert "0 wall, 255 crack" in said
    assert "mmseg-uda train runs/cracks/cracks.py" in said
    assert "mmseg-uda report work_dirs/cracks" in said
    config = folders / "runs/cracks/cracks.py"
    assert len(config.read_text().splitlines()) <= 40
    found = json.loads((folders / "runs/cracks/fingerprint.json").read_text())
    assert found["folders"]["val"]["images"] == 2
    assert found["folders"]["source"]["labels"]["classes"] == ["wall", "crack"]
    run = Resolver(Request(config))
    cfg = run.stage_config(run.stages[-1])
    assert cfg.train_cfg.max_iters == 7
    shares = found["folders"]["source"]["labels"]["shares"]
    expected = [shares["wall"], shares["crack"]]
    hook = cfg.default_hooks.target_statistics
    assert hook.class_shares == pytest.approx(expected, rel=0.06)
    labels = run.leaf.stages.pseudo_labels.target_statistics
    assert labels.class_shares == hook.class_shares
    check_stages(Outlook(run, run.stages))


def test_init__a_dry_run_sets_the_length(folders, capsys):
    main([*ABC, "--budget", "1", "--method", "lcda"])
    said = capsys.readouterr().out
    assert "iterations each, at train" in said
    assert "nothing is scored" in said
    found = json.loads((folders / "runs/cracks/fingerprint.json").read_text())
    assert found["dry_run"]["seconds_per_iteration"]["train"] > 0
    cfg = Resolver(Request(folders / "runs/cracks/cracks.py")).leaf
    assert cfg.own.iters >= 300
    assert cfg.own.num_classes == 2


def test_init__rare_classes_count_more(folders):
    for path in (folders / "a/masks").iterdir():
        mask = np.zeros((96, 128), np.uint8)
        mask[3:6, 3:6] = 255
        Image.fromarray(mask).save(path)
    main([*ABC, "--iters", "7"])
    cfg = Resolver(Request(folders / "runs/cracks/cracks.py")).leaf
    assert cfg.model.objectives.source.class_balance == dict(
        num_classes=2, min_share=0.03125
    )


def test_init__leaves_an_earlier_config_alone(folders):
    config = folders / "runs/cracks/cracks.py"
    config.parent.mkdir(parents=True)
    config.write_text("mine")
    with pytest.raises(SystemExit):
        main([*ABC, "--iters", "7"])
    assert config.read_text() == "mine"
    main([*ABC, "--iters", "7", "--overwrite"])
    assert config.read_text() != "mine"


def refused(capsys, **folders_of):
    """Return what init says of folders by option, in place of the usual ones."""
    words = list(ABC)
    for option, folder in folders_of.items():
        words[words.index(f"--{option.replace('_', '-')}") + 1] = folder
    with pytest.raises(SystemExit):
        main([*words, "--iters", "7"])
    return capsys.readouterr().err


def test_init__folders_that_are_mixed_up(folders, capsys):
    said = refused(capsys, source_images="a/masks", source_labels="a/images")
    assert "images and labels are swapped" in said
    said = refused(capsys, source_labels="a/images")
    assert "Are the labels elsewhere?" in said
    said = refused(capsys, target_images="a/images")
    assert "a/images holds the labelled images themselves" in said
    said = refused(capsys, target_images="a/masks")
    assert "a/masks holds label maps" in said
    assert not (folders / "runs").exists()


@pytest.mark.parametrize(
    "words",
    [
        ABC[:-2],
        [*ABC, "--target-val-images", "c"],
        [*ABC, "--budget", "0"],
        [*ABC, "--iters", "1.5"],
        [*ABC, "--method", "magic"],
    ],
)
def test_init__refuses_arguments(words, capsys):
    with pytest.raises(SystemExit, match="2"):
        parse_args(words)


@pytest.mark.slow
def test_init__three_commands(folders):
    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "mmseg_uda", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    run("init", *ABC, *VAL, "--iters", "4")
    said = run("train", "runs/cracks/cracks.py", "--cfg-options", "own.num_workers=0")
    weights = "work_dirs/cracks/stage_two/iter_4.pth"
    assert "Next:\n  mmseg-uda report work_dirs/cracks\n" in said
    assert f"mmseg-uda predict runs/cracks/cracks.py {weights} IMAGES" in said
    assert "UserWarning" not in said
    run("predict", "runs/cracks/cracks.py", weights, "b", "--out", "predicted")
    written = sorted((folders / "predicted/labels").iterdir())
    assert [path.name for path in written] == [f"{i}_rgb.png" for i in range(5)]


def test_init__validation_images_are_read_as_those_of_the_target(folders, capsys):
    rng = np.random.default_rng(1)
    for folder, most in (("b", 4000), ("c/images", 9000)):
        for path in sorted((folders / folder).iterdir()):
            path.unlink()
            pixels = rng.integers(0, most, (96, 128)).astype(np.uint16)
            Image.fromarray(pixels).save(path.with_suffix(".png"))
    main([*ABC, *VAL, "--iters", "7"])
    own = Resolver(Request(folders / "runs/cracks/cracks.py")).leaf.own
    assert 3900 < own.target.value_range[1] < 4100
    assert own.val.value_range == own.target.value_range
    assert "images are read as the target's" in capsys.readouterr().out


def test_init__validation_labels_that_are_others(folders, capsys):
    for path in (folders / "c/masks").iterdir():
        Image.fromarray(np.array(Image.open(path)) // 255 * 90 + 7).save(path)
    with pytest.raises(SystemExit, match="1"):
        main([*ABC, *VAL, "--classes", "wall=0", "crack=255", "--iters", "7"])
    said = capsys.readouterr().err
    assert "--target-val-labels, read with the classes of the source (wall, crack)" in (
        said
    )
    assert "does not say what 7 (" in said


def test_init__objects_by_number(folders):
    for folder in ("a", "c"):
        for path in (folders / folder / "masks").iterdir():
            numbers = (
                np.arange(12288).reshape(96, 128)
                // 99
                * (np.array(Image.open(path)) > 0)
            )
            Image.fromarray(numbers.astype(np.uint16)).save(path)
    main([*ABC, *VAL, "--classes", "wall=0", "crack=other", "--iters", "7"])
    own = Resolver(Request(folders / "runs/cracks/cracks.py")).leaf.own
    for part in (own.source, own.val):
        assert part.label_map == {0: 0}
        assert part.label_format == dict(type="IndexLabels", unknown="crack")
