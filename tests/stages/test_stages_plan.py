"""Reading the table of stages and routing options to them."""

from pathlib import Path

import pytest

from mmseg_uda.registry import STAGES
from mmseg_uda.stages import StageError, TrainStage, plan_stages
from mmseg_uda.stages.config.options import split_options
from mmseg_uda.stages.plan.plan import find_stage
from mmseg_uda.statistics import StatisticsOptions

LEAF = Path("configs/lcrf/leaf.py")


def table(**changes):
    stages = dict(
        stage_one=dict(type="TrainStage"),
        pseudo_labels=dict(type="PseudoLabelStage", checkpoint="stage_one"),
        stage_two=dict(
            type="TrainStage", load_from="stage_one", labels="pseudo_labels"
        ),
    )
    for name, options in changes.items():
        stages[name] = None if options is None else {**stages[name], **options}
    return stages


def test_plan__without_stages_trains_once():
    (stage,) = plan_stages(None, LEAF)
    assert (stage.name, stage.trains, stage.config) == ("train", True, LEAF)


def test_plan__three_stages_in_order():
    one, labels, two = plan_stages(table(), LEAF)
    assert [one.name, labels.name, two.name] == [
        "stage_one",
        "pseudo_labels",
        "stage_two",
    ]
    assert not labels.trains
    assert labels.config == one.config
    assert labels.rule == {"type": "KeepAll"}
    assert (two.weights_from, two.labels, two.weights) == (
        "stage_one",
        "pseudo_labels",
        "final",
    )


def test_plan__config_is_relative_to_the_leaf(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "one.py").write_text("")
    leaf = tmp_path / "leaf" / "leaf.py"
    stages = table(stage_one=dict(config="../base/one.py"))
    one, labels, two = plan_stages(stages, leaf)
    assert one.config == labels.config == tmp_path / "base" / "one.py"
    assert two.config == leaf


def test_plan__a_stage_that_is_no_dict_is_explained():
    stages = {**table(), "stage_one": "TrainStage"}
    with pytest.raises(StageError, match=r"'stage_one' must be a dict .*'TrainStage'"):
        plan_stages(stages, LEAF)


def test_plan__none_removes_a_stage():
    stages = plan_stages(table(pseudo_labels=None, stage_two=dict(labels=None)), LEAF)
    assert [stage.name for stage in stages] == ["stage_one", "stage_two"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(stage_one=dict(type="TrainStagee")), "Did you mean 'TrainStage'"),
        (dict(stage_two=dict(lables="x")), "Did you mean 'labels'"),
        (dict(stage_two=dict(load_from="stage_on")), "Did you mean 'stage_one'"),
        (dict(stage_two=dict(labels="stage_one")), "earlier PseudoLabelStage"),
        (dict(stage_one=dict(load_from="stage_two")), "earlier .*TrainStage"),
        (dict(pseudo_labels=dict(checkpoint=None)), "must name the training stage"),
        (dict(stage_two=dict(weights="last")), "weights must be one of final, best"),
        (dict(pseudo_labels=dict(tta="maybe")), "tta must be True or False"),
        (
            dict(pseudo_labels=dict(target_statistics="target")),
            r"must be True, False or a dict of blend, batch_size.* got 'target'",
        ),
        (
            dict(pseudo_labels=dict(target_statistics=dict(batchsize=4))),
            "target_statistics has no option 'batchsize'.* Did you mean 'batch_size'",
        ),
        (
            dict(pseudo_labels=dict(target_statistics=dict(batch_size=0))),
            "target_statistics: batch_size must be a whole number >= 1, got 0",
        ),
        (
            dict(pseudo_labels=dict(target_statistics=dict(exact="no"))),
            "'pseudo_labels': target_statistics exact must be True or False, got 'no'",
        ),
        (dict(pseudo_labels=dict(average_with="stage_on")), "Did you mean 'stage_one'"),
        (dict(pseudo_labels=dict(average_with=["x"])), "average_with='x' must be an"),
        (dict(stage_one=dict(cfg_options=["a=1"])), "must be a dict of dotted keys"),
        (dict(stage_one=dict(average_with="x")), "no option 'average_with'"),
        (dict(stage_one=dict(config="nowhere.py")), "'nowhere.py' does not exist"),
        (
            dict(stage_one=None, pseudo_labels=None, stage_two=None),
            "none of the stages",
        ),
    ],
)
def test_plan__explains_mistakes(changes, message):
    with pytest.raises(StageError, match=message):
        plan_stages(table(**changes), LEAF)


def test_plan__target_statistics():
    def planned(given):
        stages = plan_stages(table(pseudo_labels=dict(target_statistics=given)), LEAF)
        return find_stage(stages, "pseudo_labels").statistics

    assert planned(None) is planned(False) is None
    assert planned(True) == StatisticsOptions()
    assert planned(dict(batch_size=4, blend=None)) == StatisticsOptions(batch_size=4)


def test_find_stage__suggests_the_closest():
    stages = plan_stages(table(), LEAF)
    assert find_stage(stages, "stage_two").name == "stage_two"
    with pytest.raises(StageError, match="Did you mean 'pseudo_labels'"):
        find_stage(stages, "pseudo_label")


NAMES = ["stage_one", "pseudo_labels", "stage_two"]


def test_plan__rule_option_set_to_none_is_removed():
    rule = dict(type="KeepAll", threshold=None)
    stages = plan_stages(table(pseudo_labels=dict(rule=rule)), LEAF)
    assert stages[1].rule == {"type": "KeepAll"}


def test_split_options__shared_and_by_stage():
    shared, by_stage = split_options(
        {
            "train_cfg.max_iters": 10,
            "randomness.seed": 3,
            "stage_two.train_cfg.max_iters": 5,
        },
        NAMES,
        ["model"],
    )
    assert shared == {"train_cfg.max_iters": 10, "randomness.seed": 3}
    assert by_stage["stage_two"] == {"train_cfg.max_iters": 5}
    assert by_stage["stage_one"] == {}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("stage_tow.train_cfg.max_iters", "Did you mean 'stage_two'"),
        ("modle.segmentor", "Did you mean 'model'"),
        ("stage_one", "is a stage; say what to set"),
        ("work_dir", "--work-dir"),
        ("stage_one.resume", "resumed by default"),
    ],
)
def test_split_options__explains_mistakes(key, message):
    with pytest.raises(StageError, match=message):
        split_options({key: 1}, NAMES, ["model"])


def test_plan__a_kind_of_training_more_leaves_configs_alone():
    @STAGES.register_module()
    class OwnTraining(TrainStage):
        """Trains in its own way."""

    try:
        (stage,) = plan_stages(None, Path("leaf.py"))
        assert type(stage) is TrainStage
    finally:
        STAGES.module_dict.pop("OwnTraining")


@pytest.mark.parametrize("kind", ["torch.nn.Linear", "pathlib.Path", 3])
def test_plan__a_type_that_is_no_stage(kind):
    with pytest.raises(StageError, match=r"'one': type must be one of Batch"):
        plan_stages({"one": {"type": kind}}, Path("leaf.py"))
