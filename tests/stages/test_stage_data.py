"""What region labels and translations add to the data of a training stage."""

import copy
from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.config.stage_data import add_region_labels, join_translations

CONFIGS = Path(__file__).parents[2] / "configs"
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


NODE = "train_dataloader.dataset.domains.source.pipeline"


def resolved_pipeline(leaf, **options):
    run = Resolver(Request(leaf, options=options))
    cfg = run.stage_config(run.find("train"))
    return domains_of(cfg).source.pipeline


def test_resolver__a_pipeline_given_by_an_option_loads_region_labels_too():
    given = [dict(type=name) for name in PIPELINE]
    pipeline = resolved_pipeline(CONFIGS / "mlan" / "rll_gta.py", **{NODE: given})
    types = [step["type"] for step in pipeline]
    assert types == [*PIPELINE[:2], "LoadRegionLabels", "Resize", "PackRegionLabels"]


@pytest.mark.parametrize("by_file", [True, False])
def test_resolver__options_count_the_transforms_that_were_added(tmp_path, by_file):
    leaf = tmp_path / "leaf.py"
    options = {f"{NODE}.3.scale": (8, 4)}
    stages = dict(train=dict(cfg_options=options if by_file else {}))
    base = str(CONFIGS / "mlan" / "rll_gta.py")
    leaf.write_text(f"_base_ = {base!r}\nstages = {stages!r}\n")
    pipeline = resolved_pipeline(leaf, **({} if by_file else options))
    assert (pipeline[3].type, tuple(pipeline[3].scale)) == ("Resize", (8, 4))


def test_resolver__region_label_stages_add_nothing(tmp_path):
    leaf = tmp_path / "leaf.py"
    base = str(CONFIGS / "mlan" / "baseline_gta.py")
    rule = dict(type="RegionLabelStage", rule=dict(type="PatchModes"))
    stages = dict(modes=rule, train=dict(type="TrainStage", regions="modes"))
    leaf.write_text(f"_base_ = {base!r}\nstages = {stages!r}\n")
    assert [step.type for step in resolved_pipeline(leaf)] == PIPELINE
