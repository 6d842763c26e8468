import json
import tracemalloc

import numpy as np
import pytest
import torch
import torch.multiprocessing as mp
from mmcv.transforms import Compose
from PIL import Image
from pseudo_label_toys import (
    PIPELINE,
    MeanConfidence,
    ToyModel,
    folder_hashes,
    write_images,
)

from mmseg_uda.pseudo_labels import (
    GlobalThreshold,
    ImageFiles,
    KeepAll,
    generate_pseudo_labels,
)


@pytest.fixture
def images(tmp_path):
    return ImageFiles.from_folder(write_images(tmp_path / "images"), PIPELINE)


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"state_dict": {}}, path)
    return path


def naive_probs(path):
    """Softmax of the toy model in float64, from the file."""
    image = np.array(Image.open(path))[..., ::-1].astype(np.float64)  # BGR
    logits = np.einsum("kc,hwc->khw", ToyModel().mix.double().numpy(), image)
    e = np.exp(logits - logits.max(0))
    return e / e.sum(0)


def test_generate__equals_a_naive_threshold(tmp_path, images, checkpoint):
    report = generate_pseudo_labels(
        ToyModel(), images, tmp_path / "out", GlobalThreshold(0.8), checkpoint, "c.py"
    )
    kept, predicted = np.zeros(4, int), np.zeros(4, int)
    for path, name in zip(images.paths, images.names, strict=True):
        probs = naive_probs(path)
        expected = np.where(probs.max(0) >= 0.8, probs.argmax(0), 255)
        label = np.array(Image.open(tmp_path / "out" / "labels" / name))
        assert np.array_equal(label, expected)
        confidence = np.array(Image.open(tmp_path / "out" / "confidence" / name))
        assert np.abs(confidence - 255 * probs.max(0)).max() <= 0.51
        for c in range(4):
            predicted[c] += np.sum(probs.argmax(0) == c)
            kept[c] += np.sum(expected == c)
    assert 0 < kept.sum() < predicted.sum()
    assert report["kept_share"] == kept.sum() / predicted.sum()
    for c in range(4):
        entry = report["per_class"][str(c)]
        assert (entry["predicted"], entry["kept"]) == (predicted[c], kept[c])
    assert report["rule"] == {"type": "GlobalThreshold", "threshold": 0.8}
    assert (report["config"], report["tta"], report["thresholds"]) == (
        "c.py",
        False,
        0.8,
    )
    assert len(report["checkpoint_sha256"]) == 64


def test_generate__keep_all_keeps_all(tmp_path, images, checkpoint):
    out = tmp_path / "out"
    report = generate_pseudo_labels(ToyModel(), images, out, KeepAll(), checkpoint)
    assert report["kept_share"] == 1.0
    assert all(
        np.array(Image.open(out / "labels" / name)).max() < 4 for name in images.names
    )


@pytest.mark.parametrize("rule", [lambda: GlobalThreshold(0.8), MeanConfidence])
@pytest.mark.parametrize("fail_at", [0, 3, 7])
def test_generate__resumed_is_the_same(tmp_path, images, checkpoint, rule, fail_at):
    whole = tmp_path / "whole"
    generate_pseudo_labels(ToyModel(), images, whole, rule(), checkpoint)
    out = tmp_path / "out"
    stopped = ToyModel(fail_at=fail_at)
    if fail_at < (10 if rule is MeanConfidence else 5):
        with pytest.raises(KeyboardInterrupt):
            generate_pseudo_labels(stopped, images, out, rule(), checkpoint)
        assert not (out / "pseudo_labels.json").exists()
    again = ToyModel()
    generate_pseudo_labels(again, images, out, rule(), checkpoint)
    assert folder_hashes(out) == folder_hashes(whole)
    if rule is MeanConfidence:
        assert again.calls == {0: 10, 3: 7, 7: 3}[fail_at]
    else:
        assert again.calls == {0: 5, 3: 2, 7: 5}[fail_at]


def test_generate__finished_folder_is_only_checked(tmp_path, images, checkpoint):
    args = (images, tmp_path / "out", KeepAll(), checkpoint)
    first = generate_pseudo_labels(ToyModel(), *args)
    model = ToyModel()
    assert generate_pseudo_labels(model, *args) == first
    assert model.calls == 0


def test_generate__other_weights_or_rule_need_overwrite(tmp_path, images, checkpoint):
    out = tmp_path / "out"
    generate_pseudo_labels(ToyModel(), images, out, KeepAll(), checkpoint)
    with pytest.raises(ValueError, match=r"rule.type: .*--overwrite"):
        generate_pseudo_labels(ToyModel(), images, out, GlobalThreshold(), checkpoint)
    torch.save({"state_dict": {"a": torch.zeros(1)}}, checkpoint)
    with pytest.raises(ValueError, match="checkpoint_sha256: "):
        generate_pseudo_labels(ToyModel(), images, out, KeepAll(), checkpoint)
    report = generate_pseudo_labels(
        ToyModel(), images, out, KeepAll(), checkpoint, overwrite=True
    )
    assert report["num_images"] == 5


def test_generate__two_images_of_one_label(tmp_path, images, checkpoint):
    twin = images.root / "city0" / "img000.jpg"
    twin.write_bytes((images.root / "city0" / "img000.png").read_bytes())
    twins = ImageFiles.from_folder(images.root, PIPELINE)
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="would have the same output file"):
        generate_pseudo_labels(ToyModel(), twins, out, KeepAll(), checkpoint)
    assert not out.exists()


def test_generate__wrong_class_names_are_refused(tmp_path, images, checkpoint):
    with pytest.raises(ValueError, match=r"predicts 4 classes.*names 2: a, b"):
        generate_pseudo_labels(
            ToyModel(), images, tmp_path / "out", KeepAll(), checkpoint, classes="ab"
        )


def test_generate__keeps_the_models_mode_and_names_a_bad_image(
    tmp_path, images, checkpoint
):
    model = ToyModel().train()
    model.mix = model.mix * float("nan")
    with pytest.raises(ValueError, match=r"cannot label .*img000\.png: .*NaN"):
        generate_pseudo_labels(model, images, tmp_path / "out", KeepAll(), checkpoint)
    assert model.training


def test_generate__memory_does_not_grow_with_the_set(tmp_path, checkpoint):
    peaks = {}
    for count in (8, 64):
        root = write_images(tmp_path / f"images{count}", count, size=(64, 64))
        files = ImageFiles.from_folder(root, PIPELINE)
        tracemalloc.start()
        generate_pseudo_labels(
            ToyModel(), files, tmp_path / f"out{count}", KeepAll(), checkpoint
        )
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # An image's arrays are 12 kB and more; 56 kept ones would be 670 kB.
    assert peaks[64] - peaks[8] < 200_000


def _rank(rank, folder, port_file):
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{port_file}", rank=rank, world_size=2
    )
    files = ImageFiles.from_folder(folder / "images", PIPELINE)
    for name, rule in (("mean2", MeanConfidence()), ("thr2", GlobalThreshold(0.8))):
        model = ToyModel()
        generate_pseudo_labels(model, files, folder / name, rule, folder / "model.pth")
        assert model.calls == (2 - rank + 1) * (2 if name == "mean2" else 1)
    with pytest.raises(ValueError, match="other settings"):
        generate_pseudo_labels(
            ToyModel(), files, folder / "thr2", KeepAll(), folder / "model.pth"
        )
    torch.distributed.destroy_process_group()


@pytest.mark.ddp
def test_generate__two_ranks_equal_one(tmp_path, images, checkpoint):
    for name, rule in (("mean1", MeanConfidence()), ("thr1", GlobalThreshold(0.8))):
        generate_pseudo_labels(ToyModel(), images, tmp_path / name, rule, checkpoint)
    mp.spawn(_rank, (tmp_path, tmp_path / "store"), nprocs=2)
    for name in ("mean", "thr"):
        one, two = (folder_hashes(tmp_path / f"{name}{n}") for n in "12")
        assert one == two
    report = json.loads((tmp_path / "mean2" / "pseudo_labels.json").read_text())
    assert 0 < report["thresholds"] < 1


def test_collate__is_pseudo_collate(images):
    from mmengine.dataset import pseudo_collate

    from mmseg_uda.prediction.loading import _collate_one

    results = Compose(PIPELINE)(dict(img_path=images.paths[0]))
    for item in (results, {key: [value, value] for key, value in results.items()}):
        ours, theirs = _collate_one([item]), pseudo_collate([item])
        assert len(ours["inputs"]) == len(theirs["inputs"])
        assert type(ours["inputs"][0]) in (type(theirs["inputs"][0]), list)
