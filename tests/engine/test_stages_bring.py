"""Stages that come along with the configs of other stages."""

import pytest

from mmseg_uda.engine.stages import Request, Resolver, StageError
from mmseg_uda.engine.stages.bring import bring_stages

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
        own=train(),
        last=train(config="../far/deep.py", load_from="own"),
    )
    found = bring_stages(dict(start=train(config="near/middle.py")), leaf)
    assert list(found) == ["other", "own", "regions", "start"]
    assert found["other"]["config"] == str(plain)
    assert found["own"]["config"] == str(middle)
    assert found["start"] == train(config=str(deep), load_from="own", regions="regions")


def test_bring__twice_is_as_once(config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    config("translator.py", cr_al=train(config="first.py"), last=train())
    table = dict(start=train(config="first.py", translated="translator.py"))
    once = bring_stages(table, leaf)
    assert bring_stages(once, leaf) == once


def test_bring__a_stage_that_several_bring_comes_once(config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    table = dict(one=train(config="first.py"), two=train(config="first.py"))
    assert list(bring_stages(table, leaf)) == ["regions", "one", "two"]


def test_bring__one_in_front_takes_the_place_and_none_takes_out(config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    mine = {**GRIDS, "scale": (16, 8)}
    found = bring_stages(dict(regions=mine, one=train(config="first.py")), leaf)
    assert found["regions"] == mine
    table = dict(regions=None, one=train(config="first.py", regions=None))
    found = bring_stages(table, leaf)
    assert found["regions"] is None
    assert found["one"]["regions"] is None


def test_bring__what_stands_behind_the_last_training_stays(config, leaf):
    labels = dict(type="PseudoLabelStage", checkpoint="train")
    config("first.py", regions=GRIDS, train=LEARN, labels=labels)
    found = bring_stages(dict(one=train(config="first.py")), leaf)
    assert list(found) == ["regions", "one"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            dict(one=train(config="first.py"), regions=GRIDS),
            "'one': its config brings a stage 'regions', and this config has another",
        ),
        (
            dict(one=train(config="first.py"), two=train(config="other.py")),
            "'two': its config brings a stage 'regions' that differs",
        ),
        (dict(one=train(config="circle.py")), "circle.py -> leaf.py|brings itself"),
        (dict(one=train(translated="no.py")), "stage 'one': config 'no.py' does not"),
    ],
)
def test_bring__explains_what_does_not_go_together(table, said, config, leaf):
    config("first.py", regions=GRIDS, train=LEARN)
    config("other.py", regions={**GRIDS, "scale": (16, 8)}, train=LEARN)
    config("leaf.py", one=train(config="circle.py"))
    config("circle.py", one=train(config="leaf.py"))
    with pytest.raises(StageError, match=said):
        bring_stages(table, leaf)


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
