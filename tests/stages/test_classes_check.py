"""Heads and data of different numbers of classes."""

import copy

import pytest
from helpers import NUM_CLASSES, tiny_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS

from mmseg_uda.prediction.target_images import check_target_classes
from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.classes import check_classes, check_classes_unbuilt

LOADERS = ("train_dataloader", "val_dataloader")
NAMES = ("a", "b", "c", "d", "e")
assert len(NAMES) == NUM_CLASSES


def folder(kind="LabelledFolder", classes=NAMES):
    metainfo = {"metainfo": dict(classes=classes)} if classes else {}
    return dict(type=kind, data_root="none", **metainfo)


def config(source=None, target=None, val=None, **model):
    """A config, and its model, of NUM_CLASSES outputs; no file is there."""
    model = dict(
        type="UDASegmentor",
        segmentor=tiny_segmentor(),
        objectives={"source": dict(type="Supervised", loss_weight=ONE)},
        **model,
    )
    domains = dict(source=source or folder(), target=target)
    loaders = [dict(dataset=dict(domains=domains)), dict(dataset=val or folder())]
    cfg = Config({"model": model, **dict(zip(LOADERS, loaders, strict=True))})
    return cfg, MODELS.build(copy.deepcopy(cfg.model))


ONE = dict(decode=1.0, aux=1.0)
FOUR = NAMES[:4]


def test_check_classes__as_many():
    # images alone may have the default classes; nothing is learned of them
    check_classes(*config(target=folder("UnlabelledFolder", None)), *LOADERS)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            dict(source=folder(classes=FOUR), val=folder(classes=FOUR)),
            r"predict 5 classes, but .*source has 4 \(a, b, c, d\); val.*Set to 4: "
            r"model\.segmentor\.decode_head\.num_classes, .*auxiliary_head",
        ),
        (
            dict(source=folder(classes=None)),
            r"source has 19 \(road, .*\.\.\.; its default, as it has no metainfo\)"
            r".*data sets themselves differ",
        ),
        (dict(val=folder(classes=FOUR)), r"val_dataloader\.dataset has 4"),
        (
            dict(
                target=dict(
                    type="PseudoLabelledDataset",
                    pseudo_label_dir=None,
                    images=folder("UnlabelledFolder", FOUR),
                )
            ),
            r"domains\.target has 4",
        ),
        (dict(target=folder("GTA5Dataset", None)), r"domains\.target has 19"),
        (dict(val=folder(classes=NAMES[::-1])), "same classes in another order"),
    ],
)
def test_check_classes__others(changed, said):
    with pytest.raises(StageError, match=said):
        check_classes(*config(**changed), *LOADERS)


def test_check_classes__what_goes_by_them_is_named():
    four = dict.fromkeys(("source", "val"), folder(classes=FOUR))
    cfg, model = config(**four)
    cfg.model.segmentor.auxiliary_head = [cfg.model.segmentor.auxiliary_head]
    cfg.model.heads = dict(d=dict(type="PixelDiscriminator", in_channels=NUM_CLASSES))
    cfg.model.objectives = dict(
        source=dict(type="Supervised", class_balance=dict(num_classes=NUM_CLASSES)),
        aux=dict(type="Supervised", loss_weight=dict(aux=1.0)),
        adv=dict(type="Adversarial", discriminators=dict(decode="d")),
    )
    cfg.model.segmentor.type = "EncoderDecoder"
    model = MODELS.build(copy.deepcopy(cfg.model))
    with pytest.raises(StageError) as caught:
        check_classes(cfg, model, *LOADERS)
    for key in (
        "model.segmentor.auxiliary_head.0.num_classes",
        "model.heads.d.in_channels",
        "model.objectives.source.class_balance.num_classes",
    ):
        assert key in str(caught.value)


def test_check_classes__class_balance_of_another_number():
    cfg, _ = config()
    cfg.model.objectives.source.class_balance = dict(num_classes=19)
    model = MODELS.build(copy.deepcopy(cfg.model))
    said = r"objectives\.source\.class_balance\.num_classes is 19, .* set it to 5"
    with pytest.raises(StageError, match=said):
        check_classes(cfg, model, *LOADERS)


def test_check_target_classes__images_to_label_of_another_number():
    check_target_classes(*config(target=folder("UnlabelledFolder")))
    cfg, model = config(target=folder("UnlabelledFolder", None))
    with pytest.raises(ValueError, match=r"predicts 5 classes.* has 19 \(road"):
        check_target_classes(cfg, model)


def test_check_classes_unbuilt__as_tools_that_look_at_data_alone():
    cfg, _ = config()
    check_classes_unbuilt(cfg, *LOADERS)
    cfg.val_dataloader.dataset.metainfo.classes = FOUR
    check_classes_unbuilt(cfg, "train_dataloader")
    with pytest.raises(StageError, match=r"val_dataloader\.dataset has 4"):
        check_classes_unbuilt(cfg, "val_dataloader")
    cfg.model.segmentor.backbone.depth = 7  # for training to tell
    check_classes_unbuilt(cfg, "val_dataloader")
