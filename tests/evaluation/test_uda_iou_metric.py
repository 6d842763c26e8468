import logging

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from mmseg.registry import METRICS

import mmseg_uda.evaluation  # noqa: F401  (registers the metric)
from mmseg_uda.evaluation import CITYSCAPES_CLASSES, SYNTHIA_13, SYNTHIA_16
from mmseg_uda.evaluation.occurring import over_classes
from mmseg_uda.evaluation.results import never_predicted_in

TERRAIN, TRUCK, TRAIN = 9, 14, 16


def build(classes=CITYSCAPES_CLASSES, **kwargs):
    metric = METRICS.build(dict(type="UDAIoUMetric", **kwargs))
    metric.dataset_meta = dict(classes=classes)
    return metric


def sample(pred, gt, logits=None, name="img.png"):
    out = dict(
        img_path=name,
        pred_sem_seg=dict(data=torch.as_tensor(pred)[None]),
        gt_sem_seg=dict(data=torch.as_tensor(gt)[None]),
    )
    if logits is not None:
        out["seg_logits"] = dict(data=logits)
    return out


def naive_iou(pairs, num_classes, ignored=(255,)):
    """IoU per class in float64 percent, pixel sets counted one class at a time."""
    pred = np.concatenate([p.ravel() for p, _ in pairs])
    gt = np.concatenate([g.ravel() for _, g in pairs])
    keep = ~np.isin(gt, ignored)
    pred, gt = pred[keep], gt[keep]
    out = np.full(num_classes, np.nan)
    for c in range(num_classes):
        union = np.sum((pred == c) | (gt == c))
        if union:
            out[c] = 100.0 * np.sum((pred == c) & (gt == c)) / union
    return out


def random_pairs(seed=0, images=4, num_classes=19, absent=()):
    rng = np.random.default_rng(seed)
    allowed = [c for c in range(num_classes) if c not in absent]
    pairs = []
    for _ in range(images):
        gt = rng.choice([*allowed, 255], size=(13, 17))
        noise = rng.choice(allowed, size=gt.shape)
        pred = np.where((rng.random(gt.shape) < 0.6) & (gt != 255), gt, noise)
        pairs.append((pred.astype(np.int64), gt.astype(np.int64)))
    return pairs


def run(metric, pairs):
    for pred, gt in pairs:
        metric.process({}, [sample(pred, gt)])
    return metric.evaluate(len(pairs))


def test_metric__streamed_equals_naive_over_whole_set():
    pairs = random_pairs(absent=(TRAIN,))
    metrics = run(build(), pairs)
    iou = naive_iou(pairs, 19)
    assert np.isnan(iou[TRAIN])
    assert metrics["mIoU"] == pytest.approx(np.nanmean(iou), abs=0.0051)
    assert np.isnan(metrics["IoU.train"])
    for c, name in enumerate(CITYSCAPES_CLASSES):
        if c != TRAIN:
            assert metrics[f"IoU.{name}"] == pytest.approx(iou[c], abs=0.0051)


def test_metric__says_over_how_many_classes_a_mean_is(monkeypatch):
    said = []
    monkeypatch.setattr(
        "mmseg_uda.evaluation.uda_iou_metric.print_log", lambda x, **_: said.append(x)
    )
    metric = build(classes=("land", "lake"), subsets=dict(wet=["lake"]))
    land = np.zeros((4, 4), dtype=int)
    metrics = run(metric, [(land, land)])
    assert metrics["mIoU"] == metrics["IoU.land"] == 100.0
    assert np.isnan(metrics["IoU.lake"])
    assert over_classes(metrics) == (
        "over 1 of 2 classes: 'lake' occurs neither in labels nor in predictions"
    )
    assert "\nmIoU is over 1 of 2 classes: 'lake' occurs" in said[0]
    assert "\nwet is over 0 of 1 classes: 'lake' occurs" in said[0]
    metric.results.clear()
    whole = run(metric, [(1 - land, land)])
    assert over_classes(whole) == ""


def test_metric__counts_an_absent_class_0_if_asked_to():
    # as CRST's code scores: the sum over 18 classes, divided by 19
    pairs = random_pairs(absent=(TRAIN,))
    expected = np.nansum(naive_iou(pairs, 19)) / 19
    metrics = run(build(nan_to_num=0), pairs)
    assert metrics["mIoU"] == pytest.approx(expected, abs=0.0051)


def test_metric__agrees_with_mmsegs_iou_metric():
    pairs = random_pairs(seed=3)
    stock = METRICS.build(dict(type="IoUMetric"))
    stock.dataset_meta = dict(classes=CITYSCAPES_CLASSES)
    expected, metrics = run(stock, pairs), run(build(), pairs)
    for key in ("mIoU", "aAcc", "mAcc"):
        assert metrics[key] == pytest.approx(float(expected[key]), abs=0.011)


def test_protocol_a__averages_entries_of_the_19_way_matrix():
    pairs = random_pairs(seed=1)
    metrics = run(build(subsets="synthia"), pairs)
    iou = naive_iou(pairs, 19)
    ids16 = [c for c in range(19) if c not in (TERRAIN, TRUCK, TRAIN)]
    ids13 = [c for c in ids16 if c not in (3, 4, 5)]
    assert metrics["mIoU16"] == pytest.approx(iou[ids16].mean(), abs=0.0051)
    assert metrics["mIoU13"] == pytest.approx(iou[ids13].mean(), abs=0.0051)
    assert metrics["mIoU"] == pytest.approx(iou.mean(), abs=0.0051)


def test_protocol_b__ignores_labels_outside_the_union():
    pairs = random_pairs(seed=1)
    metrics = run(build(subsets="synthia", protocol="b"), pairs)
    iou = naive_iou(pairs, 19, ignored=(255, TERRAIN, TRUCK, TRAIN))
    ids16 = [c for c in range(19) if c not in (TERRAIN, TRUCK, TRAIN)]
    ids13 = [c for c in ids16 if c not in (3, 4, 5)]
    assert metrics["mIoU16"] == pytest.approx(iou[ids16].mean(), abs=0.0051)
    assert metrics["mIoU13"] == pytest.approx(iou[ids13].mean(), abs=0.0051)
    assert metrics["mIoU"] == metrics["mIoU16"]
    assert "IoU.terrain" not in metrics


def test_protocols__differ_by_hand_on_terrain_pixels():
    # 8 vegetation pixels predicted right, 2 vegetation predicted terrain, 4 terrain
    # pixels predicted vegetation. Vegetation: (a) 8 / (10 + 12 - 8) = 57.14,
    # (b) the 4 terrain pixels are ignored: 8 / (10 + 8 - 8) = 80.
    gt = torch.tensor([8] * 10 + [TERRAIN] * 4).reshape(2, 7)
    pred = torch.tensor([8] * 8 + [TERRAIN] * 2 + [8] * 4).reshape(2, 7)
    subset = dict(mIoU16=list(SYNTHIA_16))
    a = run(build(subsets=subset), [(pred, gt)])
    b = run(build(subsets=subset, protocol="b"), [(pred, gt)])
    assert a["mIoU16"] == 57.14
    assert a["mIoU"] == 28.57  # terrain occurs, with IoU 0
    assert b["mIoU16"] == b["mIoU"] == b["IoU.vegetation"] == 80.0


def test_protocol_b__restricted_argmax_uses_the_unions_logits():
    gt = torch.tensor([[8, 8, 0, 255]])
    logits = torch.zeros(19, 1, 4)
    logits[TERRAIN, 0, :2] = 3.0  # best: terrain; best allowed: vegetation
    logits[8, 0, :2] = 2.0
    logits[0, 0, 2:] = 1.0
    pred = logits.argmax(0)
    plain = build(subsets="synthia", protocol="b")
    restricted = build(subsets="synthia", protocol="b", restrict_argmax=True)
    for metric in (plain, restricted):
        metric.process({}, [sample(pred, gt, logits)])
    assert plain.evaluate(1)["IoU.vegetation"] == 0.0
    assert restricted.evaluate(1)["IoU.vegetation"] == 100.0


def test_restricted_argmax__refuses_logits_of_another_prediction():
    metric = build(subsets="synthia", protocol="b", restrict_argmax=True)
    pred = torch.ones(1, 4, dtype=torch.long)
    with pytest.raises(ValueError, match=r"img\.png.*test-time augmentation"):
        metric.process({}, [sample(pred, pred, torch.zeros(19, 1, 4))])
    with pytest.raises(ValueError, match="needs seg_logits"):
        metric.process({}, [sample(pred, pred)])


def test_sixteen_way_head__protocols_coincide():
    pairs = random_pairs(seed=2, num_classes=16)
    a = run(build(SYNTHIA_16, subsets="synthia"), pairs)
    b = run(build(SYNTHIA_16, subsets="synthia", protocol="b"), pairs)
    assert a == b
    assert a["mIoU16"] == a["mIoU"]
    iou = naive_iou(pairs, 16)
    ids13 = [SYNTHIA_16.index(name) for name in SYNTHIA_13]
    assert a["mIoU13"] == pytest.approx(iou[ids13].mean(), abs=0.0051)


def test_subsets__ids_and_names_are_the_same():
    pairs = random_pairs(seed=4)
    names = run(build(subsets=dict(x=["road", "sky"])), pairs)
    assert run(build(subsets=dict(x=[10, 0, 0])), pairs) == names


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        (dict(subsets="synthya"), "no preset.*synthia"),
        (dict(subsets=dict(x=[])), "empty"),
        (dict(subsets=dict(mIoU=["road"])), "exists anyway"),
        (dict(protocol="c", subsets="synthia"), "'a' or 'b'"),
        (dict(protocol="b"), "give subsets"),
        (dict(restrict_argmax=True), "belongs to protocol 'b'"),
        (dict(iou_metrics=["mDice"]), "must contain 'mIoU'"),
        (dict(format_only=True), "say where to, output_dir="),
        (dict(subsets=dict(x=["terain"])), "Did you mean 'terrain'"),
        (dict(subsets=dict(x=[19])), "has the class 19"),
    ],
)
def test_metric__bad_arguments(kwargs, match):
    with pytest.raises(ValueError, match=match):
        build(**kwargs)


def test_metric__bad_samples_name_the_image():
    metric = build()
    ok = torch.zeros(2, 3, dtype=torch.long)
    with pytest.raises(ValueError, match=r"img\.png.*\(2, 3\).*\(4, 6\)"):
        metric.process({}, [sample(ok, torch.zeros(4, 6, dtype=torch.long))])
    with pytest.raises(ValueError, match=r"img\.png.*label has values \[33\]"):
        metric.process({}, [sample(ok, ok + 33)])
    with pytest.raises(ValueError, match=r"prediction has values \[19\]"):
        metric.process({}, [sample(ok + 19, ok)])
    unlabelled = sample(ok, ok)
    del unlabelled["gt_sem_seg"]
    with pytest.raises(ValueError, match="no label"):
        metric.process({}, [unlabelled])


def test_metric__state_is_one_small_matrix_an_image():
    metric = build()
    for pred, gt in random_pairs(images=3):
        metric.process({}, [sample(pred, gt)])
    assert [result.nbytes for result in metric.results] == [19 * 19 * 4] * 3
    metric.evaluate(3)
    assert metric.results == []


def test_metric__drops_what_a_sampler_repeats():
    # Three images on two ranks come as four; collect_results keeps the first three.
    pairs = random_pairs(images=3)
    metric = build()
    for pred, gt in [*pairs, pairs[0]]:
        metric.process({}, [sample(pred, gt)])
    assert metric.evaluate(3) == run(build(), pairs)


def test_format_only__writes_predictions_without_labels(tmp_path):
    metric = build(format_only=True, output_dir=str(tmp_path))
    unlabelled = sample(torch.full((2, 3), 7), torch.zeros(2, 3))
    del unlabelled["gt_sem_seg"]
    metric.process({}, [unlabelled])
    assert (tmp_path / "img.png").is_file()
    logger = MMLogger.get_instance("test_format_only")
    seen = []
    handler = logging.Handler()
    handler.emit = lambda record: seen.append(record.getMessage())
    logger.addHandler(handler)
    assert metric.evaluate(1) == {}
    assert seen == [
        f"The predictions are in {tmp_path}; nothing is scored (format_only=True)"
    ]


def test_never_predicted__labelled_classes_without_a_prediction():
    metric = build(classes=("a", "b", "c", "d"))
    # b is labelled and never predicted, c is predicted only where nothing counts,
    # d is neither
    run(metric, [(np.array([[0, 0, 2]]), np.array([[0, 1, 255]]))])
    assert metric.never_predicted == ["b"]
    said = never_predicted_in([metric, object()])
    assert said.startswith("never predicted, though the labels hold it (IoU 0): b. ")
    run(metric, [(np.array([[0, 1]]), np.array([[0, 0]]))])
    assert never_predicted_in([metric]) == ""


def counted(pairs, index):
    """True and false positives and false negatives of a class, pixel by pixel."""
    hits = misses = alarms = 0
    for pred, gt in pairs:
        for p, g in zip(pred.ravel(), gt.ravel(), strict=True):
            hits += p == index and g == index
            alarms += p == index and g not in (index, 255)
            misses += p != index and g == index
    return int(hits), int(alarms), int(misses)


def test_metric__dice_precision_and_recall_by_class():
    names = ("a", "b", "c")
    pairs = random_pairs(3, num_classes=3)
    metric = build(names, iou_metrics=["mIoU", "mDice", "mFscore"])
    scores = run(metric, pairs)
    expected = {"Dice": [], "Precision": [], "Recall": [], "Fscore": []}
    for index, name in enumerate(names):
        tp, fp, fn = counted(pairs, index)
        of_class = {
            "Dice": 200 * tp / (2 * tp + fp + fn),
            "Fscore": 200 * tp / (2 * tp + fp + fn),
            "Precision": 100 * tp / (tp + fp),
            "Recall": 100 * tp / (tp + fn),
        }
        for key, value in of_class.items():
            assert scores[f"{key}.{name}"] == pytest.approx(value, abs=0.005)
            expected[key].append(value)
    for key, value in expected.items():
        assert scores[f"m{key}"] == pytest.approx(np.mean(value), abs=0.006)


def test_metric__lost_and_invented_classes_count_in_every_mean():
    gt = np.array([[0, 0, 0, 1, 1, 0]])
    pred = np.array([[0, 0, 0, 0, 0, 2]])  # 1 is lost, 2 invented, 3 nowhere
    metric = build(("a", "b", "c", "d"), iou_metrics=["mIoU", "mDice", "mFscore"])
    scores = run(metric, [(pred, gt)])
    assert scores["Precision.b"] == scores["Fscore.b"] == scores["Dice.b"] == 0
    assert scores["Recall.c"] == scores["Fscore.c"] == scores["Dice.c"] == 0
    assert scores["mFscore"] == scores["mDice"] == pytest.approx(200 / 3 / 3, abs=0.01)
    assert np.isnan(scores["Fscore.d"])
    assert scores["mAcc"] == pytest.approx(37.5)  # of the classes with labels, as ever


def test_metric__without_being_asked_iou_alone():
    scores = run(build(("a", "b", "c")), random_pairs(3, num_classes=3))
    assert not [key for key in scores if key.startswith(("Dice", "Fscore", "mDice"))]
