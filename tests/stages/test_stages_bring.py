"""Stages that come along with the configs of other stages."""

from pathlib import Path

import pytest
from helpers import on_toycity

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.plan.bring import bring_stages
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages

CONFIGS = Path(__file__).parents[2] / "configs"

GRIDS = dict(type="RegionGridStage", scale=(8, 4), rules=dict(a=dict(type="X")))
LEARN = dict(type="TrainStage", regions="regions")


def train(**options):
    return dict(type="TrainStage", **options)


@pytest.fixture
def config(tmp_path):
    """Writes config files that have stages and nothing else."""

    def write(name, folder="", **stages):
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"stages = {stages!r}\n" if stages else "model = dict()\n")
        return path

    return write


@pytest.fixture
def leaf(tmp_path):
    return tmp_path / "leaf.py"


def test_bring__nothing_where_no_config_has_stages(config, leaf):
    config("plain.py")
    table = dict(one=train(config="plain.py"), two=train(load_from="one"))
    assert bring_stages(table, leaf) == table
    assert bring_stages(None, leaf) is None


def test_bring__stages_before_the_last_training_come_along(config, leaf):
    first = config("first.py", regions=GRIDS, train=train(regions="regions"))
    labels = dict(type="PseudoLabelStage", checkpoint="start")
    table = dict(start=train(config="first.py"), labels=labels)
    found = bring_stages(table, leaf)
    assert list(found) == ["regions", "start", "labels"]
    assert found["regions"] == GRIDS
    assert found["start"] == train(config=str(first), regions="regions")
    assert found["labels"] == labels


def test_bring__options_given_here_have_precedence(config, leaf):
    own = {"a.b": 1, "a.c": 1}
    config("first.py", one=train(), last=train(load_from="one", cfg_options=own))
    given = train(config="first.py", load_from="x.pth", cfg_options={"a.c": 2})
    found = bring_stages(dict(start=given), leaf)["start"]
    assert found["load_from"] == "x.pth"
    assert found["cfg_options"] == {"a.b": 1, "a.c": 2}


def test_bring__files_are_relative_to_the_config_that_names_them(config, leaf):
    deep = config("deep.py", folder="far", regions=GRIDS, train=LEARN)
    plain = config("plain.py", folder="far")
    middle = config(
        "middle.py",
        folder="near",
        other=train(config="../far/plain.py"),
        own=train(load_from="other"),
        last=train(config="../far/deep.py", load_from="own"),
    )
    found = bring_stages(dict(start=train(config="near/middle.py")), leaf)
    assert list(found) == ["other", "own", "regions", "start"]
    assert found["other"]["config"] == str(plain)
    assert found["own"]["config"] == str(middle)
    assert found["start"] == train(config=str(deep), load_from="own", regions="regions")


def test_bring__what_the_last_training_does_not_build_on_stays_behind(config, leaf):
    labels = dict(type="PseudoLabelStage", checkpoint="a", average_with=["b", "c"])
    config(
        "first.py",
        **dict(a=train(), b=train(), c=train(), d=train(), labels=labels),
        last=train(labels="labels", load_from="b"),
        after=dict(type="PseudoLabelStage", checkpoint="last"),
    )
    found = bring_stages(dict(one=train(config="first.py")), leaf)
    assert list(found) == ["a", "b", "c", "labels", "one"]
    alone = train(config="first.py", labels=None)
    assert list(bring_stages(dict(one=alone), leaf)) == ["b", "one"]
    both = bring_stages(dict(mine=train(), one=train(config="first.py")), leaf)
    assert list(both) == ["mine", "a", "b", "c", "labels", "one"]


def test_bring__stages_that_a_config_has_taken_out_do_not_come_back(config, leaf):
    config("far.py", regions=GRIDS, train=LEARN)
    without = train(config="far.py", regions=None)
    config("middle.py", regions=None, train=without)
    found = bring_stages(dict(start=train(config="middle.py")), leaf)
    assert list(found) == ["start"]


def test_bring__a_stage_that_several_bring_comes_once(config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    table = dict(one=train(config="first.py"), two=train(config="first.py"))
    assert list(bring_stages(table, leaf)) == ["regions", "one", "two"]


def test_bring__one_in_front_takes_the_place(config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    mine = {**GRIDS, "scale": (16, 8)}
    found = bring_stages(dict(regions=mine, one=train(config="first.py")), leaf)
    assert next(iter(found.items())) == ("regions", mine)


@pytest.mark.parametrize("in_front", [True, False])
def test_bring__one_without_a_type_changes_what_comes_along(in_front, config, leaf):
    rules = dict(a=dict(type="X", eps=1), b=dict(type="X"))
    config("first.py", regions={**GRIDS, "rules": rules}, train=LEARN)
    entries = [
        ("regions", dict(rules=dict(a=dict(eps=2), b=None))),
        ("one", train(config="first.py")),
    ]
    found = bring_stages(dict(entries[:: 1 if in_front else -1]), leaf)
    assert list(found) == ["regions", "one"]
    changed = dict(a=dict(type="X", eps=2), b=None)
    assert found["regions"] == {**GRIDS, "rules": changed}


def test_bring__translators_are_changed_likewise(config, leaf):
    config("translator.py")
    change = dict(cfg_options={"a": 1})
    table = dict(train=train(translated="translator.py"), translators=change)
    found = bring_stages(table, leaf)
    assert list(found) == ["translators", "translate", "train"]
    assert found["translators"]["cfg_options"] == {"a": 1}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            dict(one=train(config="first.py"), regions={**GRIDS, "scale": (16, 8)}),
            "'one': what it is made of has a stage 'regions', too.*leave its type out",
        ),
        (
            dict(regions=train(config="first.py")),
            "'regions': what it is made of has a stage 'regions', too",
        ),
        (
            dict(one=train(config="first.py"), two=train(config="other.py")),
            "'two': what it is made of has a stage 'regions' that differs",
        ),
        (
            dict(
                one=train(translated="plain.py"), two=train(translated="translator.py")
            ),
            "'two': what it is made of has a stage 'translators' that differs",
        ),
        (
            dict(translators=dict(config="x.py"), one=train(translated="plain.py")),
            "'translators': its config cannot be changed here.* along with .* 'one'",
        ),
        (dict(one=train(config="circle.py")), "itself: leaf.py -> circle.py -> leaf"),
        (dict(one=train(translated="leaf.py")), "itself: leaf.py -> leaf.py"),
        (dict(one=train(translated="no.py")), "stage 'one': config 'no.py' does not"),
        (dict(one=train(config="idle.py")), "'one', idle.py: .*none of the stages"),
        (["one"], "leaf.py: stages must be a dict"),
        (dict(one=train(), on=dict(tta=True)), "no stage of that .* mean 'one'"),
        (
            dict(one=train(config="first.py"), regions=None),
            "'regions' is None, but comes along, since stage 'one' builds on it",
        ),
        (
            dict(one=train(config="order.py")),
            "stage 'one', order.py: stage 'train': load_from='pre' must be an earlier",
        ),
    ],
)
def test_bring__explains_what_does_not_go_together(table, said, config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    config("other.py", regions={**GRIDS, "scale": (16, 8)}, train=LEARN)
    config("leaf.py", one=train(config="circle.py"))
    config("circle.py", one=train(config="leaf.py"))
    config("plain.py")
    config("translator.py")
    config("idle.py", regions=GRIDS)
    config("order.py", train=train(load_from="pre"), pre=train())
    with pytest.raises(StageError, match=said):
        bring_stages(table, leaf)


def test_bring__a_stage_that_names_its_own_file_is_as_without(config, leaf):
    config("leaf.py", one=train())
    table = dict(one=train(config="leaf.py"))
    assert bring_stages(table, leaf) == table


def test_bring__a_translator_s_config_stands_for_its_stages(config, leaf):
    translator = config("translator.py", cr_al=train(), last=train(load_from="cr_al"))
    found = bring_stages(dict(train=train(translated="translator.py")), leaf)
    assert list(found) == ["cr_al", "translators", "translate", "train"]
    assert found["translators"] == train(config=str(translator), load_from="cr_al")
    assert found["translate"] == dict(type="TranslateStage", checkpoint="translators")
    assert found["train"]["translated"] == "translate"


def test_resolver__options_reach_stages_that_came_along(config, leaf):
    rules = dict(small=dict(type="HogClusters", eps=0.1), big=dict(type="HogClusters"))
    config("first.py", regions={**GRIDS, "rules": rules}, train=LEARN)
    config("leaf.py", start=train(config="first.py"))
    options = {"regions.rules.small.eps": 0.2, "stages.regions.rules.big": None}
    run = Resolver(Request(leaf, options=options))
    assert [stage.name for stage in run.stages] == ["regions", "start"]
    assert run.find("regions").rules == dict(small=dict(type="HogClusters", eps=0.2))
    assert run.leaf.stages.regions.rules.small.eps == 0.2


def shipped(name, toy=False, **options):
    options = {key.replace("__", "."): value for key, value in options.items()}
    return Resolver(Request(CONFIGS / f"{name}.py", **on_toycity(toy), options=options))


def links_of(run):
    """What each stage builds on; it may stand in another file."""
    return {
        s.name: (s.config.name if s.trains else "", s.builds_on) for s in run.stages
    }


def test_resolver__another_config_brings_its_own_stages_and_no_others():
    run = shipped("mlan/mlan_gta", stages__train__config="cr_al_gta.py")
    names = [stage.name for stage in run.stages]
    assert names == ["regions", "train", "pseudo_labels", "self_training"]
    assert run.find("train").translated is None
    longer = {"stages__train__config": "cr_al_rit_gta.py"}
    longer["cr_al__train_cfg__max_iters"] = 5
    run = shipped("mlan/cr_al_rst_gta", **longer)
    wanted = links_of(shipped("mlan/mlan_gta"))
    wanted["self_training"] = ("cr_al_rst_gta.py", wanted["self_training"][1])
    assert list(links_of(run).items()) == list(wanted.items())
    assert run.stage_config(run.find("cr_al")).train_cfg.max_iters == 5


def test_resolver__another_translator_brings_its_own_stages_and_no_others():
    given = "../translation/cyclegan_gta.py"
    run = shipped("mlan/cr_al_rit_gta", stages__train__translated=given)
    wanted = links_of(shipped("mlan/cr_al_it_gta"))
    wanted["train"] = ("cr_al_rit_gta.py", wanted["train"][1])
    assert list(links_of(run).items()) == list(wanted.items())


def test_resolver__toy_shrinks_regions_that_came_along_but_no_given_size():
    given = {"stages__regions__rules__large__patch_size": (5, 5)}
    given["regions__rules__medium__patch_size"] = (6, 6)
    rules = shipped("mlan/cr_al_st_gta", toy=True, **given).find("regions").rules
    sizes = {size: tuple(rule["patch_size"]) for size, rule in rules.items()}
    assert sizes == dict(small=(2, 4), medium=(6, 6), large=(5, 5))


def test_check_stages__one_stage_s_regions_are_of_one_source(config, tmp_path):
    leaf = tmp_path / "leaf.py"
    first, second = (CONFIGS / f"mlan/cr_al_{task}.py" for task in ("gta", "synthia"))
    config("leaf.py", a=train(config=str(first)), b=train(config=str(second)))
    run = Resolver(Request(leaf, work_dir=tmp_path / "run", pretrained="none"))
    with pytest.raises(StageError, match=r"'a' .GTA5Dataset in .*'b'.*SynthiaDataset"):
        check_stages(Outlook(run, run.stages))
