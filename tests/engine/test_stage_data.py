"""What region labels and translations add to the data of a training stage."""

import copy

import pytest
from mmengine.config import Config

from mmseg_uda.engine.stages.stage_data import add_region_labels, join_translations

LOAD = dict(type="LoadRegionLabels", name="regions")
PIPELINE = ["LoadImageFromFile", "LoadLabels", "Resize", "PackSegInputs"]


def config(source=None, pipeline=PIPELINE, **options):
    steps = [dict(type=name) for name in pipeline]
    steps[-1] = dict(type=pipeline[-1], **options)
    source = source or dict(type="GTA5Dataset", data_root="x", pipeline=steps)
    target = dict(type="CityscapesImages", pipeline=copy.deepcopy(steps))
    domains = dict(source=source, target=target)
    return Config(dict(train_dataloader=dict(dataset=dict(domains=domains))))


def domains_of(cfg):
    return cfg.train_dataloader.dataset.domains


def test_region_labels__stand_behind_the_label_and_are_packed():
    cfg = config(meta_keys=("a",))
    before = copy.deepcopy(domains_of(cfg).target)
    add_region_labels(cfg, ["regions", "others"])
    assert domains_of(cfg).source.pipeline == [
        dict(type="LoadImageFromFile"),
        dict(type="LoadLabels"),
        LOAD,
        dict(type="LoadRegionLabels", name="others"),
        dict(type="Resize"),
        dict(type="PackRegionLabels", meta_keys=("a",)),
    ]
    assert domains_of(cfg).target == before


@pytest.mark.parametrize(
    "pipeline",
    [
        ["LoadImageFromFile", "LoadLabels", "LoadRegionLabels", "PackRegionLabels"],
        ["LoadImageFromFile", "LoadAnnotations", "PackSegInputs"],
        ["LoadImageFromFile", "LoadLabels", "PackOtherwise"],
        ["LoadImageFromFile", "LoadLabels", "PackSegInputs", "LabelRegions"],
    ],
)
def test_region_labels__other_pipelines_stay_as_they_are(pipeline):
    cfg = config(pipeline=pipeline)
    before = copy.deepcopy(cfg.to_dict())
    add_region_labels(cfg, ["regions"])
    assert cfg.to_dict() == before


def test_translations__are_joined_with_the_source():
    cfg = config()
    pipeline = copy.deepcopy(domains_of(cfg).source.pipeline)
    join_translations(cfg)
    assert domains_of(cfg).source == dict(
        type="TranslatedDataset",
        images=dict(type="GTA5Dataset", data_root="x"),
        translated_dir=None,
        originals=True,
        pipeline=pipeline,
    )
    before = copy.deepcopy(cfg.to_dict())
    join_translations(cfg)  # which reads translations already
    assert cfg.to_dict() == before


def test_translations__a_source_without_a_pipeline_stays_as_it_is():
    parts = [domains_of(config()).source]
    cfg = config(source=dict(type="ConcatDataset", datasets=parts))
    before = copy.deepcopy(cfg.to_dict())
    join_translations(cfg)
    assert cfg.to_dict() == before
