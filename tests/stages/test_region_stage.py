"""The stage that finds regions: planned, checked, fingerprinted, handed on."""

from pathlib import Path

import pytest
from helpers import on_toycity
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver, StageError, plan_stages
from mmseg_uda.stages.config.overrides import regions_in, set_regions
from mmseg_uda.stages.run.bookkeeping import decide_and_take, mark_done
from mmseg_uda.stages.run.decide import SKIP, START
from mmseg_uda.stages.run.folders import check_not_stale
from mmseg_uda.stages.run.inputs import inputs_of
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages
from mmseg_uda.stages.run.record import fingerprint
from mmseg_uda.utils.atomic_files import write_json

CONFIGS = Path(__file__).parents[2] / "configs"
PATCHALIGN = CONFIGS / "patchalign" / "patchalign_gta.py"
RULE = dict(type="PatchModes")


def resolver(tmp_path, toy=True, **options):
    return Resolver(
        Request(PATCHALIGN, work_dir=tmp_path, **on_toycity(toy), options=options)
    )


def table(**changes):
    stages = dict(
        small=dict(type="RegionLabelStage", rule=RULE),
        large=dict(type="RegionLabelStage", rule=RULE),
        train=dict(type="TrainStage", regions=["small", "large"]),
    )
    return {name: {**stages[name], **changes.get(name, {})} for name in stages}


def test_plan__several_region_stages_for_one_training():
    small, large, train = plan_stages(table(), Path("leaf.py"))
    assert small.makes == "regions"
    assert not small.trains
    assert (small.rule, large.config) == (RULE, train.config)
    assert train.regions == train.builds_on == ("small", "large")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(train=dict(regions="smal")), "RegionLabelStage.*mean 'small'"),
        (dict(train=dict(regions="small")), "'large': no stage takes its regions"),
        (dict(small=dict(rule=None)), "'small': rule must say how"),
        (dict(small=dict(rules={})), "no option 'rules'.*mean 'rule'"),
        (dict(train=dict(labels="small")), "earlier PseudoLabelStage"),
    ],
)
def test_plan__wrong_tables(changes, said):
    with pytest.raises(StageError, match=said):
        plan_stages(table(**changes), Path("leaf.py"))


def test_resolver__options_of_the_learner_reach_the_finder(tmp_path):
    scale = "train_dataloader.dataset.domains.source.pipeline.2.scale"
    key = f"train.{scale}"
    run = resolver(tmp_path, **{key: (96, 48), "patch_modes.rule.num_modes": 7})
    stage = run.stages[0]
    data = stage.data(run.stage_config(stage))
    assert data["pipeline"][2]["scale"] == (96, 48)
    assert [t["type"] for t in data["pipeline"]][-1] == "PackSegInputs"
    assert stage.rule["num_modes"] == 7


def test_toy__patches_scale_with_the_images(tmp_path):
    real, toy = resolver(tmp_path, toy=False), resolver(tmp_path)
    given = resolver(tmp_path, **{"patch_modes.rule.patch_size": (6, 6)})
    sizes = [tuple(run.stages[0].rule["patch_size"]) for run in (real, toy, given)]
    assert sizes == [(32, 64), (4, 8), (6, 6)]
    heads = toy.stage_config(toy.stages[1]).model.heads
    assert tuple(heads.h_patch.patch_size) == (4, 8)
    assert (heads.h_patch.num_regions, heads.h_patch.channels) == (50, 64)
    assert (heads.d_patch.in_channels, heads.d_patch.channels) == (50, (64, 128))


def test_check_stages__shipped_config_is_fine(tmp_path):
    run = resolver(tmp_path)
    check_stages(Outlook(run, run.stages))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"patch_modes.rule.num_mode": 5}, "'patch_modes': rule.*mean 'num_modes'"),
        ({"patch_modes.rule.type": "PatchMode"}, "mean 'PatchModes'"),
        ({"patch_modes.rule.num_modes": 1}, r"must be in \[2, 254\]"),
        ({"patch_modes.rule.num_modes": 40}, "'h_patch' has num_regions 50.* 40"),
        ({"patch_modes.rule.patch_size": (8, 8)}, r"patch_size \(4, 8\).*\(8, 8\)"),
        (
            {"model.objectives.patch_modes.labels": "patch_mode"},
            "learns the regions 'patch_mode'.*mean 'patch_modes'",
        ),
        (
            {"train_dataloader.dataset.domains.source.pipeline.4.name": "patches"},
            "no domain of .* has dict.type='LabelRegions', name='patch_modes'",
        ),
        (
            {"stages.patch_modes": None, "stages.train.regions": None},
            "labels the regions 'patch_modes', but no stage finds them",
        ),
    ],
)
def test_check_stages__what_does_not_go_together(tmp_path, options, said):
    run = resolver(tmp_path, **options)
    with pytest.raises(StageError, match=said):
        check_stages(Outlook(run, run.stages))
    assert not any(tmp_path.iterdir())


def test_check_stages__training_alone_needs_the_regions(tmp_path):
    run = resolver(tmp_path)
    with pytest.raises(StageError, match="needs stage 'patch_modes', which is not fin"):
        check_stages(Outlook(run, run.stages[1:]))


def on_disk(tmp_path, **small):
    """A config without stages, and finished labels that it names itself."""
    sizes = dict(small=(18, 32), medium=(36, 64), large=(72, 128))
    rules = {
        size: dict(type="HogClusters", patch_size=patch)
        for size, patch in sizes.items()
    }
    rules["small"].update(small)
    report = {s: dict(rule=rule, grid=(4, 4)) for s, rule in rules.items()}
    write_json(tmp_path / "labels" / "region_labels.json", dict(sizes=report))
    leaf = tmp_path / "leaf.py"
    base = CONFIGS / "mlan" / "rll_gta.py"
    load = dict(
        type="LoadRegionLabels", name="mine", region_dir=str(tmp_path / "labels")
    )
    types = ("LoadImageFromFile", "LoadLabels", load, "PackRegionLabels")
    pipeline = [dict(type=t) if isinstance(t, str) else t for t in types]
    domains = dict(source=dict(pipeline=pipeline))
    leaf.write_text(
        f"_base_ = {str(base)!r}\nstages = None\n"
        f"train_dataloader = dict(dataset=dict(domains={domains!r}))\n"
    )
    return Resolver(Request(leaf, work_dir=tmp_path / "run", pretrained="none"))


def test_check_stages__region_labels_without_a_stage(tmp_path):
    run = on_disk(tmp_path)
    check_stages(Outlook(run, run.stages))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(patch_size=(9, 16)), r"patch_size \(18, 32\), .* \(9, 16\)"),
        (dict(num_regions=20), "num_regions 100, .* 20"),
    ],
)
def test_check_stages__other_labels_without_a_stage(tmp_path, changes, said):
    run = on_disk(tmp_path, **changes)
    with pytest.raises(StageError, match=f"'c_small' has {said}"):
        check_stages(Outlook(run, run.stages))


def test_set_regions__fills_the_path_in():
    node = dict(type="LabelRegions", name="a", region_dir=None)
    cfg = Config(dict(train_dataloader=dict(dataset=dict(pipeline=[node]))))
    set_regions(cfg, {"a": Path("x")}, "train")
    assert regions_in(cfg)[0]["region_dir"] == "x"
    set_regions(cfg, {}, "train")  # a folder of the user's own
    with pytest.raises(StageError, match="takes the regions of 'b', but no pipeline"):
        set_regions(cfg, {"b": None}, "train")


def finish(run, stage, content=b"centres"):
    folder = run.folder(stage)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "regions.npz").write_bytes(content)
    cfg = run.stage_config(stage)
    record = {"fingerprint": fingerprint(stage.deciding(cfg))}
    mark_done(folder, stage, record, 1.0)


def test_finished__is_skipped_and_hashed_into_the_training(tmp_path):
    run = resolver(tmp_path)
    find, train = run.stages
    cfg = run.stage_config(find)
    assert decide_and_take(run, find, cfg)[1].action == START
    finish(run, find)
    assert decide_and_take(run, find, cfg)[1].action == SKIP
    inputs = inputs_of(train, run.stage_config(train), run)
    assert inputs.of("regions") == {"patch_modes": tmp_path / "patch_modes"}
    finish(run, find, b"others")
    assert inputs_of(train, run.stage_config(train), run).hashes != inputs.hashes


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"patch_modes.rule.num_modes": 40}, "rule.num_modes: 50 -> 40"),
        ({"randomness.seed": 3}, "randomness.seed: 0 -> 3"),
        (
            {"train_dataloader.dataset.domains.source.pipeline.2.scale": (96, 48)},
            r"scale\.0: 160 -> 96",
        ),
        # what the training does with the regions decides nothing about them
        ({"train.model.objectives.patch_modes.loss_weight.decode": 1.0}, None),
        ({"train_dataloader.dataset.domains.source.data_root": "/moved"}, None),
    ],
)
def test_finished__with_other_settings_is_told(tmp_path, options, changes):
    run = resolver(tmp_path)
    finish(run, run.stages[0])
    other = resolver(tmp_path, **options)
    stage = other.stages[0]
    if changes is None:
        decision = decide_and_take(other, stage, other.stage_config(stage))[1]
        assert decision.action == SKIP
        return
    with pytest.raises(StageError, match=changes):
        decide_and_take(other, stage, other.stage_config(stage))


def test_stale__training_whose_regions_are_gone(tmp_path):
    run = resolver(tmp_path)
    (tmp_path / "train").mkdir()
    write_json(tmp_path / "train" / "stage.json", {"fingerprint": {}})
    outlook = Outlook(run, run.stages)
    with pytest.raises(StageError, match="--restart-from patch_modes"):
        check_not_stale(run, (), outlook.is_finished)


def given(tmp_path):
    """A run of CR-AL and self-training whose CR-AL is replaced by a checkpoint."""
    leaf = CONFIGS / "mlan" / "cr_al_st_gta.py"
    return Resolver(Request(leaf, work_dir=tmp_path, **on_toycity()))


def test_idle__regions_of_a_stage_that_is_given(tmp_path):
    run = given(tmp_path)
    regions, train = run.find("regions"), run.find("train")
    alone = Outlook(run, run.stages)
    assert not alone.is_idle(regions)
    assert regions in alone.to_run()
    outlook = Outlook(run, run.stages, given=tmp_path / "x.pth")
    assert outlook.is_idle(regions)
    assert not outlook.is_idle(train)
    assert [s.name for s in outlook.to_run()] == ["pseudo_labels", "self_training"]
    assert not Outlook(run, [regions], given=tmp_path / "x.pth").is_idle(regions)


def test_idle__also_when_the_run_goes_on_without_the_option(tmp_path):
    run = given(tmp_path)
    regions, train = run.find("regions"), run.find("train")
    done = {"checkpoint": "x.pth", "checkpoint_hash": "x", "fingerprint": {}}
    write_json(run.folder(train) / "done.json", {**done, "given": True})
    outlook = Outlook(run, run.stages)
    assert outlook.is_idle(regions)
    check_not_stale(run, (), outlook.is_finished)
    afresh = Outlook(run, run.stages, frozenset({"train"}))
    assert not afresh.is_idle(regions)
    write_json(run.folder(train) / "done.json", done)
    assert not Outlook(run, run.stages).is_idle(regions)
    with pytest.raises(StageError, match="not there any more"):
        check_not_stale(run, (), outlook.is_finished)
