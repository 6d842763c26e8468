"""What of ToyCity stands in for the data sets of a config."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS
from resolved import resolved

from mmseg_uda.datasets.label_maps import CITYSCAPES_CLASSES
from mmseg_uda.engine.toy_data import put_on_toycity, toy_domains
from mmseg_uda.toycity.make import make_toycity

CONFIGS = Path(__file__).parents[2] / "configs"


def named(kind="NamedFolder", name="loveda", **options):
    return dict(type=kind, name=name, data_root="data/x", pipeline=[], **options)


def loaders(source, target, val):
    domains = dict(source=source, target=target)
    return Config(
        dict(
            train_dataloader=dict(dataset=dict(domains=domains)),
            val_dataloader=dict(dataset=val),
        )
    )


def street(**more):
    return loaders(
        named(name="cityscapes", **more),
        named("NamedImages", "foggy_cityscapes", part="0.02", **more),
        named(name="stare", indices=-10, metainfo=dict(classes=("car",))),
    )


def test_put_on_toycity__by_what_a_data_set_is_for():
    cfg = street()
    told = put_on_toycity(cfg, "/toy")
    source, target = cfg.train_dataloader.dataset.domains.values()
    scored = cfg.val_dataloader.dataset
    assert source == dict(type="GTA5Dataset", data_root="/toy/gta5", pipeline=[])
    assert target == dict(
        type="CityscapesImages", data_root="/toy/cityscapes", split="train", pipeline=[]
    )
    assert scored == dict(
        type="CityscapesLabelled",
        data_root="/toy/cityscapes",
        split="val",
        pipeline=[],
        metainfo=dict(classes=("car",)),
    )
    assert toy_domains([cfg], "/toy") == ["gta5", "cityscapes"]
    (line,) = told
    assert line.endswith("by name GTA5's style as source, else Cityscapes'")


def test_put_on_toycity__pseudo_labels_of_a_data_set_by_name():
    cfg = street()
    images = named("NamedImages", "acdc")
    cfg.train_dataloader.dataset.domains.target = dict(
        type="PseudoLabelledDataset", images=images
    )
    put_on_toycity(cfg, "/toy")
    target = cfg.train_dataloader.dataset.domains.target
    assert target.allow_empty
    assert target.images.type == "CityscapesImages"


@pytest.mark.parametrize("said", [True, False])
def test_put_on_toycity__other_classes(said):
    classes = ("background", "vessel")
    more = dict(metainfo=dict(classes=classes)) if said else {}
    cfg = loaders(*(named(name="drive", **more) for _ in range(3)))
    told = put_on_toycity(cfg, "/toy")
    assert told[1:] == [
        "classes background, vessel become ToyCity's road, sidewalk; others are ignored"
    ]
    for dataset in (
        *cfg.train_dataloader.dataset.domains.values(),
        cfg.val_dataloader.dataset,
    ):
        assert dataset.metainfo == dict(classes=CITYSCAPES_CLASSES[:2])


def test_put_on_toycity__more_classes_than_it_has():
    many = dict(metainfo=dict(classes=[f"c{i}" for i in range(20)]))
    cfg = loaders(*(named(**many) for _ in range(3)))
    with pytest.raises(ValueError, match="19 classes, this config 20: c0, c1"):
        put_on_toycity(cfg, "/toy")


@pytest.fixture(scope="module")
def toycity(tmp_path_factory):
    root = tmp_path_factory.mktemp("toycity")
    counts = dict(gta5=dict(train=2), cityscapes=dict(train=2, val=1))
    return make_toycity(root, only=counts, counts=counts, workers=1, progress=False)


@pytest.mark.parametrize(
    "leaf",
    [
        "street/mrnet_lcrf_cityscapes_to_acdc",
        "aerial/source_only_loveda_rural_to_urban",
        "retina/statistics_chase_db1_to_drive",
    ],
)
def test_put_on_toycity__leaves_read_it(leaf, toycity):
    cfg = resolved(
        CONFIGS / f"{leaf}.py", toy=True, toy_network="random", toy_root=str(toycity)
    )
    scored = DATASETS.build(cfg.val_dataloader.dataset)
    sample = scored[0]["data_samples"]
    labels = set(sample.gt_sem_seg.data.unique().tolist()) - {255}
    assert labels
    assert max(labels) < len(scored.metainfo["classes"])
    source = cfg.train_dataloader.dataset.domains.source
    assert DATASETS.build(source)[0]["inputs"].shape == (3, 64, 128)
