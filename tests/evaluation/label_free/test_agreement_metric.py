"""Agreement with pseudo-labels."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmseg.registry import METRICS

import mmseg_uda.parts  # noqa: F401  (registers everything)

CLASSES = ("road", "sky", "tree")


def write_folder(folder, labels, classes=CLASSES, finished=True):
    for name, label in labels.items():
        path = folder / "labels" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), label)
    if finished:
        summary = folder / "pseudo_labels.json"
        summary.write_text(json.dumps(dict(classes=list(classes))))
    return folder


def some_labels(seed, size=(6, 8)):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size).astype(np.uint8)
    labels[rng.random(size) < 0.3] = 255
    return labels


def build(folder, classes=CLASSES):
    metric = METRICS.build(dict(type="AgreementMetric", pseudo_label_dir=str(folder)))
    metric.dataset_meta = dict(classes=classes)
    return metric


def sample(path, predicted):
    data = torch.as_tensor(np.asarray(predicted)).long()[None]
    return dict(img_path=str(path), pred_sem_seg=dict(data=data))


def test_metric__is_over_all_labelled_pixels(tmp_path):
    labels = {"a/1.png": some_labels(0), "b/1.png": some_labels(1)}
    folder = write_folder(tmp_path / "given", labels)
    metric = build(folder)
    right, number = np.zeros(3), np.zeros(3)
    for index, (name, label) in enumerate(labels.items()):
        predicted = np.random.default_rng(9 + index).integers(0, 3, label.shape)
        image = (tmp_path / "images" / name).with_suffix(".jpg")
        metric.process({}, [sample(image, predicted)])
        for given, found in zip(label.flat, predicted.flat, strict=True):
            if given != 255:
                number[given] += 1
                right[given] += given == found
    assert metric.evaluate(2) == {
        "label_free/agreement": pytest.approx(
            100 * right.sum() / number.sum(), abs=0.006
        ),
        "label_free/class_agreement": pytest.approx(
            100 * np.mean(right / number), abs=0.006
        ),
    }


def test_metric__a_class_without_labels_does_not_count(tmp_path):
    label = np.array([[0, 0, 0, 1]], np.uint8)
    metric = build(write_folder(tmp_path, {"1.png": label}))
    metric.process({}, [sample("x/1.png", [[0, 2, 2, 1]])])
    found = metric.evaluate(1)
    assert found["label_free/agreement"] == 50
    assert found["label_free/class_agreement"] == pytest.approx(200 / 3, abs=0.006)


def test_metric__the_labels_themselves_agree(tmp_path):
    label = some_labels(0)
    metric = build(write_folder(tmp_path, {"1.png": label}))
    metric.process({}, [sample("1.jpg", np.where(label == 255, 0, label))])
    assert {*metric.evaluate(1).values()} == {100}


def test_metric__refuses_no_folder():
    metric = METRICS.build(dict(type="AgreementMetric"))
    with pytest.raises(ValueError, match="pseudo_label_dir is not set"):
        metric.process({}, [sample("1.png", some_labels(0))])


def test_metric__refuses_an_unfinished_folder(tmp_path):
    folder = write_folder(tmp_path, {"1.png": some_labels(0)}, finished=False)
    with pytest.raises(FileNotFoundError, match=r"no\s+pseudo_labels.json"):
        build(folder).process({}, [sample("1.png", some_labels(0))])


@pytest.mark.parametrize("classes", [("road", "sky"), ("sky", "road", "tree")])
def test_metric__refuses_other_classes(tmp_path, classes):
    folder = write_folder(tmp_path, {"1.png": some_labels(0)})
    with pytest.raises(ValueError, match="are of the classes road, sky, tree"):
        build(folder, classes).process({}, [sample("1.png", some_labels(0))])


@pytest.mark.parametrize(
    ("image", "predicted", "said"),
    [
        ("2.png", np.zeros((6, 8)), "2.png has no pseudo-label in"),
        ("1.png", np.zeros((6, 9)), r"\(6, 8\) pixels.*\(6, 9\)"),
    ],
)
def test_metric__refuses_other_images(tmp_path, image, predicted, said):
    metric = build(write_folder(tmp_path, {"1.png": some_labels(0)}))
    with pytest.raises(ValueError, match=said):
        metric.process({}, [sample(image, predicted)])


def test_metric__refuses_labels_that_keep_nothing(tmp_path):
    empty = np.full((6, 8), 255, np.uint8)
    metric = build(write_folder(tmp_path, {"1.png": empty}))
    metric.process({}, [sample("1.png", np.zeros((6, 8)))])
    with pytest.raises(ValueError, match="no pixel of 1 images has a label"):
        metric.evaluate(1)
