"""The stage that labels regions: planned, checked, scaled down, fingerprinted."""

from pathlib import Path

import pytest
from helpers import on_toycity, region_leaf

from mmseg_uda.stages import Request, Resolver, StageError, plan_stages
from mmseg_uda.stages.config.overrides import regions_in
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_data, check_stages
from mmseg_uda.stages.run.record import fingerprint
from mmseg_uda.toycity import make_toycity

RULE = dict(type="HogClusters")
SOURCE = "train_dataloader.dataset.domains.source"


@pytest.fixture
def leaf(tmp_path):
    return region_leaf(tmp_path)


def resolver(leaf, tmp_path, toy=True, **options):
    request = Request(
        leaf, work_dir=tmp_path / "run", **on_toycity(toy), options=options
    )
    return Resolver(request)


def table(**changes):
    stages = dict(
        regions=dict(
            type="RegionGridStage", scale=(64, 32), rules=dict(small=RULE, large=RULE)
        ),
        train=dict(type="TrainStage", regions="regions"),
    )
    return {name: {**stages[name], **changes.get(name, {})} for name in stages}


def test_plan__a_rule_a_size():
    regions, train = plan_stages(table(), Path("leaf.py"))
    assert regions.makes == "regions"
    assert (regions.scale, train.builds_on) == ((64, 32), ("regions",))
    assert list(regions.region_rules) == ["region_small", "region_large"]
    without = table(regions=dict(rules=dict(small={**RULE, "eps": None}, large=None)))
    assert plan_stages(without, Path("leaf.py"))[0].rules == dict(small=RULE)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(regions=dict(rules=None)), "'regions': rules must say how"),
        (dict(regions=dict(scale=None)), "scale, .width, height."),
        (dict(regions=dict(rules=[RULE])), "must be a dict of rules by the name"),
        (dict(regions=dict(rules={"../up": RULE})), "letters, digits"),
        (dict(regions=dict(rule=RULE)), "no option 'rule'.*mean 'rules'"),
        (dict(train=dict(regions="region")), "RegionGridStage .*mean 'regions'"),
        (dict(train=dict(regions=None)), "'regions': no stage takes its regions"),
    ],
)
def test_plan__wrong_tables(changes, said):
    with pytest.raises(StageError, match=said):
        plan_stages(table(**changes), Path("leaf.py"))


@pytest.mark.parametrize("source", ["gta", "synthia"])
def test_shipped_bases__sizes_tile_the_image_and_scale_with_it(source, tmp_path):
    leaf = region_leaf(tmp_path, source)
    real = resolver(leaf, tmp_path, toy=False).stages[0]
    assert real.scale == (1280, 720)
    sizes = {size: tuple(rule["patch_size"]) for size, rule in real.rules.items()}
    assert sizes == dict(small=(18, 32), medium=(36, 64), large=(72, 128))
    for height, width in sizes.values():
        assert (720 % height, 1280 % width) == (0, 0)
    toy = resolver(leaf, tmp_path).stages[0]
    assert toy.scale == (160, 90)
    sizes = {size: tuple(rule["patch_size"]) for size, rule in toy.rules.items()}
    assert sizes == dict(small=(2, 4), medium=(4, 8), large=(9, 16))
    given = resolver(leaf, tmp_path, **{"regions.rules.small.patch_size": (6, 6)})
    assert given.stages[0].rules["small"]["patch_size"] == (6, 6)


@pytest.mark.parametrize("source", ["gta", "synthia"])
def test_check_stages__shipped_bases_are_fine(source, tmp_path):
    leaf = region_leaf(tmp_path, source)
    run = resolver(leaf, tmp_path)
    check_stages(Outlook(run, run.stages))
    cfg = run.stage_config(run.stages[0])
    assert [node["type"] for node in regions_in(cfg)] == ["LoadRegionLabels"]
    data = run.stages[0].data(cfg)
    assert data["type"] in ("GTA5Dataset", "SynthiaDataset")
    assert data["pipeline"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"regions.rules.small.ep": 1}, "region_small.*mean 'eps'"),
        ({"regions.rules.small.eps": -1}, "rule of region_small.*eps must be > 0"),
        ({f"{SOURCE}.pipeline.4.type": "PackSegInputs"}, "not followed by .*PackReg"),
        ({f"{SOURCE}.pipeline.2.name": "region"}, "no domain of .*'LoadRegionLabels'"),
        ({f"{SOURCE}.pipeline.2.type": "LabelRegions"}, "no domain of .*LoadRegion"),
    ],
)
def test_check_finding__what_does_not_go_together(leaf, tmp_path, options, said):
    run = resolver(leaf, tmp_path, **options)
    with pytest.raises(ValueError, match=said):
        run.stages[0].check_finding(run.stage_config(run.stages[0]))


def test_fingerprint__names_what_decides_the_labels(leaf, tmp_path):
    def of(**options):
        run = resolver(leaf, tmp_path, **options)
        stage = run.stages[0]
        return fingerprint(stage.deciding(run.stage_config(stage)))

    same = {
        f"{SOURCE}.pipeline.3.scale": (80, 45),
        f"{SOURCE}.data_root": "/moved",
        "train.optim_wrapper.clip_grad": None,
    }
    for key, value in same.items():
        assert of(**{key: value}) == of()
    deciding = {
        "regions.rules.small.eps": 0.2,
        "regions.scale": (80, 45),
        "randomness.seed": 3,
    }
    for key, value in deciding.items():
        assert of(**{key: value}) != of()


def test_outputs__are_hashed_by_the_report(leaf, tmp_path):
    run = resolver(leaf, tmp_path)
    made = []
    for text in ("{}", "{ }"):
        (tmp_path / "region_labels.json").write_text(text)
        made.append(run.stages[0].outputs(tmp_path)["regions_hash"])
    assert made[0] != made[1]


def test_check_data__does_not_wait_for_labels_that_are_to_come(leaf, tmp_path):
    counts = dict(gta5=dict(train=2), cityscapes=dict(train=1, val=1))
    root = make_toycity(
        tmp_path / "toycity", only=counts, counts=counts, workers=1, progress=False
    )
    request = Request(leaf, work_dir=tmp_path / "run", toy=True, toy_root=str(root))
    run = Resolver(request)
    check_data(Outlook(run, run.stages))
