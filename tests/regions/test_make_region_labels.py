"""Region labels of a whole data set: the same whoever makes them, and when."""

import json
import shutil
import tracemalloc

import numpy as np
import pytest
from PIL import Image
from region_files import RULES, SCALE, files

from mmseg_uda.regions import FittedRegions
from mmseg_uda.regions.grids import (
    make_region_labels,
    region_advice,
    region_table,
    region_work,
)
from mmseg_uda.regions.grids.label_files import LabelFiles
from mmseg_uda.regions.grids.region_work import RegionWork
from mmseg_uda.regions.grids.report import read_grid


def make(dataset, folder, workers=1, **options):
    return make_region_labels(RULES, dataset, SCALE, folder, workers=workers, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Where an undisturbed run in one process puts its files; made once."""
    return tmp_path_factory.mktemp("whole") / "out"


@pytest.fixture
def finished(build, whole):
    if not whole.exists():
        make(build(), whole)
    return whole


def test_make__one_grid_an_image_and_size(finished, build):
    made = files(finished)
    grids = [name for name in made if name.startswith("labels/")]
    assert len(grids) == 60
    others = sorted(set(made) - set(grids))
    per_size = ["montage.png", "regions.json", "regions.npz"]
    assert others == sorted(
        ["region_labels.json", "settings.json"]
        + [f"{size}/{name}" for size in RULES for name in per_size]
    )
    with Image.open(finished / "labels" / "small" / "part_1" / "001.png") as grid:
        assert (grid.mode, grid.size) == ("L", (6, 8))
    # it is the rule's own label of the resized map
    image = next(i for i, s in enumerate(build()) if "part_1/001" in s["img_path"])
    labels = LabelFiles(build(), SCALE).read(image)
    assert labels.shape == SCALE[::-1]
    for size in RULES:
        ours = np.asarray(Image.open(finished / "labels" / size / "part_1" / "001.png"))
        assert np.array_equal(ours, FittedRegions(finished / size).label(labels))


def test_make__report_counts_all_grids(finished):
    report = json.loads((finished / "region_labels.json").read_text())
    assert report["images"] == 30
    for size, grid in (("small", [8, 6]), ("large", [4, 3])):
        entry = report["sizes"][size]
        grids = [
            np.asarray(Image.open(path))
            for path in (finished / "labels" / size).rglob("*.png")
        ]
        counts = np.bincount(np.ravel(grids), minlength=256)
        assert entry["grid"] == grid
        assert entry["patches"] == 30 * grid[0] * grid[1] == counts.sum()
        assert entry["patches_ignored"] == counts[255]
        assert entry["share_ignored"] == pytest.approx(counts[255] / counts.sum())
        kinds = [kind["size"] for kind in entry["kinds"]]
        assert kinds == counts[: len(kinds)].tolist()
        assert counts[len(kinds) : 255].sum() == 0
    sample = report["sizes"]["small"]["sample"]
    assert (sample["images"], sample["patches"]) == (27, 27 * 48)
    assert sample["patches_ignored"] > sample["patches_unlabelled"] > 0
    assert sample["clusters"] >= len(report["sizes"]["small"]["kinds"])
    assert report["sizes"]["large"]["sample"]["images"] == 20
    pairs = {tuple(k["pair"]) for k in report["sizes"]["large"]["kinds"]}
    assert ("a", "b") in pairs
    told = region_table(report)
    assert "small 4x8" in told
    assert "30 images have a kind" in region_advice(report)


@pytest.mark.parametrize(
    ("size", "advice"), [("small", "lower eps"), ("large", "ask for more kinds")]
)
def test_advice__warns_of_a_kind_that_swallows_the_others(finished, size, advice):
    report = json.loads((finished / "region_labels.json").read_text())
    assert "warning" not in region_advice(report)
    kinds = report["sizes"][size]["kinds"]
    kinds[0]["size"] += 9 * sum(kind["size"] for kind in kinds)
    report["sizes"][size]["patches"] += kinds[0]["size"]
    told = region_advice(report)
    assert f"of the '{size}' patches with a kind are of one" in told
    assert told.endswith(advice)


def test_make__several_processes(finished, build, tmp_path):
    make(build(), tmp_path, workers=2)
    assert files(tmp_path) == files(finished)


def test_make__shards_of_two_machines(finished, build, tmp_path):
    assert make(build(), tmp_path / "one", shard=(1, 2)) is None
    assert len(files(tmp_path / "one" / "labels")) == 30
    assert make(build(), tmp_path / "two", shard=(2, 2)) is None
    # their labels together, and one call that counts
    for path in (tmp_path / "two" / "labels").rglob("*.png"):
        target = tmp_path / "one" / path.relative_to(tmp_path / "two")
        assert not target.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    assert make(build(), tmp_path / "one") is not None
    assert files(tmp_path / "one") == files(finished)


def test_make__shards_in_one_folder(finished, build, tmp_path):
    assert make(build(), tmp_path, shard=(2, 2)) is None
    assert make(build(), tmp_path, shard=(1, 2)) is not None
    assert files(tmp_path) == files(finished)


@pytest.mark.parametrize(("method", "calls"), [("draw_part", 1), ("label_image", 10)])
def test_make__goes_on_where_it_was_killed(
    finished, build, tmp_path, monkeypatch, method, calls
):
    monkeypatch.setattr(region_work, "_IMAGES_A_PART", 10)
    real, done = getattr(RegionWork, method), []

    def dies(work, job):
        if len(done) == calls:
            raise KeyboardInterrupt
        done.append(job)
        real(work, job)

    monkeypatch.setattr(RegionWork, method, dies)
    with pytest.raises(KeyboardInterrupt):
        make(build(), tmp_path)
    assert not (tmp_path / "region_labels.json").exists()
    (tmp_path / "labels").mkdir(exist_ok=True)
    for name in (".settings.json", "small/.regions.npz", "labels/.000.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.1.tmp").write_text("cut off")
    before, calls = list(done), -1
    done.clear()
    make(build(), tmp_path)
    assert not set(before) & set(done)
    assert files(tmp_path) == files(finished)


def test_make__finished_is_left_alone(finished, build):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    report = make(build(), finished)
    assert report == json.loads((finished / "region_labels.json").read_text())
    assert before == {path: path.stat().st_mtime_ns for path in finished.rglob("*")}


def test_make__other_settings(finished, build):
    with pytest.raises(ValueError, match="seed: 0 -> 1"):
        make(build(), finished, seed=1)
    with pytest.raises(ValueError, match="images: 30 -> 7\n  names of the label files"):
        make(build(7), finished)
    rules = {**RULES, "small": {**RULES["small"], "eps": 0.5}}
    with pytest.raises(ValueError, match=r"settings:\n  rules.small.eps: 0.3 -> 0.5\n"):
        make_region_labels(rules, build(), SCALE, finished, workers=1)


@pytest.mark.parametrize(
    "foreign",
    ["labels/00001.png", "region_labels.json", "small/regions.json", "parts/000.npz"],
)
def test_make__leaves_other_folders_alone(build, tmp_path, foreign):
    (tmp_path / foreign).parent.mkdir(exist_ok=True)
    (tmp_path / foreign).write_text("{}")
    with pytest.raises(FileExistsError, match="no region labels, and are left alone"):
        make(build(), tmp_path)
    assert list(files(tmp_path)) == [foreign]


def test_make__labels_of_shards_in_a_new_folder(finished, build, tmp_path):
    shutil.copytree(finished / "labels", tmp_path / "labels")
    make(build(), tmp_path)
    assert files(tmp_path) == files(finished)


def test_make__other_settings_after_no_kind_was_found(finished, build, tmp_path):
    few = {"large": RULES["large"], "small": {**RULES["small"], "min_samples": 400}}
    with pytest.raises(ValueError, match=r"'small' patches: 343 .* too few .*=400:"):
        make_region_labels(few, build(), SCALE, tmp_path, workers=1)
    with pytest.raises(ValueError, match="made with other settings"):
        make(build(), tmp_path, shard=(1, 2))  # others may be at work
    make(build(), tmp_path)
    assert files(tmp_path) == files(finished)


@pytest.mark.parametrize("content", ["", "[1]", '{"rule": "KeepAll"}'])
def test_make__settings_of_another_program(build, tmp_path, content):
    (tmp_path / "settings.json").write_text(content)
    with pytest.raises(FileExistsError, match="damaged, or was not written"):
        make(build(), tmp_path)
    assert (tmp_path / "settings.json").read_text() == content


def test_make__damaged_report(finished, build, tmp_path):
    folder = shutil.copytree(finished, tmp_path / "out")
    (folder / "region_labels.json").write_text("{")
    with pytest.raises(ValueError, match=r"Delete it and run .* counted anew"):
        make(build(), folder)
    (folder / "region_labels.json").unlink()
    make(build(), folder)
    assert files(folder) == files(finished)


def test_make__grid_of_another_size(finished, build, tmp_path):
    folder = shutil.copytree(finished, tmp_path / "out")
    (folder / "region_labels.json").unlink()
    other = folder / "labels" / "small" / "part_1" / "001.png"
    shutil.copy(folder / "labels" / "large" / "part_1" / "001.png", other)
    with pytest.raises(ValueError, match=r"001.png are a grid of .*Delete that one"):
        make(build(), folder)
    other.unlink()
    make(build(), folder)
    assert files(folder) == files(finished)


def test_make__damaged_kinds(finished, build, tmp_path):
    folder = shutil.copytree(finished, tmp_path / "out")
    (folder / "region_labels.json").unlink()
    (folder / "labels" / "small" / "part_1" / "001.png").unlink()
    (folder / "small" / "regions.npz").write_text("xx")
    with pytest.raises(
        ValueError, match=r"data.. Remove that folder and run"
    ) as caught:
        make(build(), folder)
    assert "unsafely" not in str(caught.value)
    shutil.rmtree(folder / "small")
    make(build(), folder)
    assert files(folder) == files(finished)


def test_make__differs_by_seed(finished, build, tmp_path):
    make(build(), tmp_path, seed=1)
    ours, theirs = (p / "large" / "regions.npz" for p in (tmp_path, finished))
    assert ours.read_bytes() != theirs.read_bytes()


def test_make__damaged_grid_is_named(finished, build, tmp_path):
    make(build(), tmp_path, shard=(1, 2))
    damaged = next((tmp_path / "labels" / "small").rglob("*.png"))
    damaged.write_bytes(damaged.read_bytes()[:40])
    with pytest.raises(ValueError, match=f"{damaged.name} cannot be read"):
        make(build(), tmp_path)
    damaged.unlink()
    with pytest.raises(ValueError, match=r"there are no region labels .* other names"):
        read_grid(damaged)
    make(build(), tmp_path)
    assert files(tmp_path) == files(finished)


def test_make__memory_does_not_grow_with_the_number_of_images(build, tmp_path):
    scale = (480, 320)
    rule = {**RULES["small"], "patch_size": (40, 80), "max_images": 8}

    def make_all(count):
        folder = tmp_path / str(count)
        make_region_labels({"small": rule}, build(count), scale, folder, workers=1)
        return folder

    def peak(count):
        """Bytes that labelling takes at most; the kinds have been found before."""
        folder = make_all(count)
        (folder / "region_labels.json").unlink()
        shutil.rmtree(folder / "labels")
        tracemalloc.start()
        make_all(count)
        _, high = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return high

    peak(9)  # what is imported once does not count
    kept = 20 * scale[0] * scale[1]  # bytes of 20 label maps
    assert peak(30) < peak(10) + kept / 10


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(workers=0), "workers must be >= 1, got 0"),
        (dict(shard=(3, 2)), "i in 1..n, such as 1/4, got 3/2"),
        (dict(scale=(48.0, 32)), "scale must be .width, height. in whole pixels"),
    ],
)
def test_make__options_out_of_range(build, tmp_path, options, said):
    given = {"scale": SCALE, **options}
    with pytest.raises(ValueError, match=said):
        make_region_labels(RULES, build(3), out_dir=tmp_path, **given)
    assert not any(tmp_path.iterdir())


def test_label_files__need_labels(build, labels_root):
    from mmseg.registry import DATASETS

    folder = DATASETS.build(dict(type="UnlabelledFolder", data_root=str(labels_root)))
    with pytest.raises(ValueError, match="samples without a label"):
        LabelFiles(folder, SCALE)
