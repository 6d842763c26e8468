"""From the command line to the config of each stage, on the shipped flagship."""

from pathlib import Path

import pytest
from helpers import on_toycity
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.config.overrides import enable_amp, set_labels
from mmseg_uda.stages.run.folders import check_given, check_not_stale, move_aside
from mmseg_uda.stages.run.inputs import check_there, inputs_of, weights_taken
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages
from mmseg_uda.utils.atomic_files import write_json

FLAGSHIP = Path(__file__).parents[2] / "configs" / "lcrf" / "mrnet_lcrf_gta.py"


def resolver(tmp_path=None, **kwargs):
    return Resolver(Request(FLAGSHIP, work_dir=tmp_path, **kwargs))


def configs(**kwargs):
    run = resolver(**kwargs)
    return {stage.name: run.stage_config(stage) for stage in run.stages}


def test_resolver__default_work_dirs():
    assert resolver().work_dir == Path("work_dirs/mrnet_lcrf_gta")
    assert resolver(toy=True).work_dir == Path("work_dirs/toy/mrnet_lcrf_gta")


def test_resolver__options_reach_their_stages():
    options = {
        "train_cfg.val_interval": 7,
        "stage_two.train_cfg.max_iters": 5,
        "pseudo_labels.tta": True,
        "stages.stage_two.weights": "best",
    }
    run = resolver(options=options)
    one, labels, two = run.stages
    assert labels.tta
    assert two.weights == "best"
    cfg_one, cfg_two = run.stage_config(one), run.stage_config(two)
    assert cfg_one.train_cfg.val_interval == cfg_two.train_cfg.val_interval == 7
    assert cfg_two.train_cfg.max_iters == 5
    assert cfg_one.train_cfg.max_iters != 5


def test_resolver__user_options_come_after_the_toy_overlay():
    cfgs = configs(
        toy=True,
        toy_network="random",
        options={"stage_one.train_cfg.max_iters": 3, "toy.iters": 40},
    )
    assert cfgs["stage_one"].train_cfg.max_iters == 3
    assert cfgs["stage_two"].train_cfg.max_iters == 40


def test_resolver__pseudo_label_stage_predicts_with_the_config_of_its_weights():
    cfgs = configs(options={"stage_one.model.segmentor.aux_weight": 0.25})
    assert cfgs["pseudo_labels"].model == cfgs["stage_one"].model


def test_resolver__roots_by_role():
    cfgs = configs(source_root="/s", target_root="/t")
    domains = cfgs["stage_one"].train_dataloader.dataset.domains
    assert (domains.source.data_root, domains.target.data_root) == ("/s", "/t")
    target = cfgs["stage_two"].train_dataloader.dataset.domains.target
    assert target.images.data_root == "/t"
    assert cfgs["stage_two"].val_dataloader.dataset.data_root == "/t"


def test_resolver__root_of_data_that_no_stage_has():
    leaf = FLAGSHIP.parents[1] / "_base_" / "datasets" / "cityscapes_pseudo.py"
    with pytest.raises(StageError, match=r"--source-root /s: .* has no source data"):
        Resolver(Request(leaf, source_root="/s"))
    Resolver(Request(leaf, target_root="/t"))


def test_resolver__seed_and_pretrained(tmp_path):
    weights = tmp_path / "w.pth"
    weights.write_bytes(b"")
    before = configs()["stage_one"].model.segmentor.backbone.init_cfg
    cfg = configs(seed=5, pretrained=str(weights))["stage_one"]
    assert cfg.randomness.seed == 5
    init = cfg.model.segmentor.backbone.init_cfg
    assert init.checkpoint == str(weights)
    assert {**init, "checkpoint": None} == {**before, "checkpoint": None}
    cfg = configs(pretrained="none")["stage_one"]
    assert cfg.model.segmentor.backbone.init_cfg is None
    with pytest.raises(StageError, match=r"--pretrained: .*does not exist"):
        configs(pretrained="nowhere.pth")
    with pytest.raises(StageError, match=r"is a folder.*e\.g\. one of its w\.pth"):
        configs(pretrained=str(tmp_path))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stage_two.trian_cfg.max_iters": 5}, "no 'trian_cfg'. Did you mean 'train_"),
        ({"trian_cfg.max_iters": 5}, "Did you mean 'train_cfg'"),
        ({"stage_two.param_scheduler.7.power": 1}, "Index 7 exceeds"),
        ({"train_cfg.max_iters.x": 1}, "max_iters"),
    ],
)
def test_resolver__options_that_belong_nowhere(options, said):
    with pytest.raises(StageError, match=said):
        configs(options=options)


def of_stage(**options):
    return {f"stages.{name}.cfg_options": value for name, value in options.items()}


def test_resolver__options_of_a_stage_count_as_if_its_file_had_them():
    own = {"train_cfg.max_iters": 70, "toy.iters": 11, "optim_wrapper.clip_grad": None}
    cfgs = configs(options=of_stage(stage_one=own))
    assert cfgs["stage_one"].train_cfg.max_iters == 70
    assert cfgs["pseudo_labels"].train_cfg.max_iters == 70, "the config of stage one"
    assert cfgs["stage_two"].train_cfg.max_iters != 70
    # the toy overlay, flags and the command line come after the file
    options = of_stage(stage_one=own)
    assert (
        configs(**on_toycity(), options=options)["stage_one"].train_cfg.max_iters == 11
    )
    later = {**options, "stage_one.train_cfg.max_iters": 5}
    assert configs(options=later)["stage_one"].train_cfg.max_iters == 5
    seeded = of_stage(stage_one={"randomness.seed": 3})
    assert configs(options=seeded)["stage_one"].randomness.seed == 3
    assert configs(options=seeded, seed=4)["stage_one"].randomness.seed == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trian_cfg.x": 5}, "'stage_one': cfg_options trian_cfg.*mean 'train_cfg'"),
        ({"stages.x": 5}, "cfg_options stages.x: its config has no 'stages'"),
        ({"work_dir": "x"}, "cfg_options work_dir: use --work-dir"),
        ({"train_cfg.max_iters.x": 1}, "'stage_one': cfg_options train_cfg.*max_iters"),
    ],
)
def test_resolver__options_of_a_stage_that_belong_nowhere(options, said):
    with pytest.raises(StageError, match=said):
        configs(options=of_stage(stage_one=options))


@pytest.mark.parametrize("key", ["toy.iters", "stage_two.toy.iters", "toy"])
def test_resolver__toy_entries_without_toy(key):
    with pytest.raises(StageError, match=f"{key}.*counts with the flag --toy"):
        resolver(options={key: 3})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"toy.itres": 3}, r"toy\.itres: .*Did you mean 'iters'"),
        ({"stage_two.toy.modle.x": 3}, r"toy\.modle: .*Did you mean 'model'"),
        ({"toy": 3}, "toy must be a dict such as"),
    ],
)
def test_resolver__misspelt_toy_entries(options, said):
    with pytest.raises(StageError, match=said):
        configs(**on_toycity(), options=options)


def test_resolver__toy_and_roots_exclude_each_other():
    with pytest.raises(StageError, match="--toy takes its data"):
        resolver(toy=True, source_root="/s")


def test_resolver__missing_config():
    with pytest.raises(StageError, match=r"nowhere\.py' does not exist"):
        Resolver(Request(Path("nowhere.py")))
    folder = FLAGSHIP.parent
    with pytest.raises(StageError, match="is a folder; name one of the files"):
        Resolver(Request(folder))
    with pytest.raises(StageError, match=r"Did you mean 'mrnet_lcrf_gta\.py'"):
        Resolver(Request(folder / "mrnet_lcfr_gta.py"))


def test_enable_amp__every_optimizer():
    cfg = configs()["stage_one"]
    enable_amp(cfg)
    entries = [cfg.optim_wrapper.segmentor, cfg.optim_wrapper.heads]
    assert [entry.type for entry in entries] == ["AmpOptimWrapper"] * 2
    stock = Config(dict(optim_wrapper=dict(type="OptimWrapper", optimizer=dict())))
    enable_amp(stock)
    assert stock.optim_wrapper.type == "AmpOptimWrapper"


def test_set_labels__needs_a_reader(tmp_path):
    cfgs = configs()
    set_labels(cfgs["stage_two"], tmp_path, "stage_two")
    target = cfgs["stage_two"].train_dataloader.dataset.domains.target
    assert target.pseudo_label_dir == str(tmp_path)
    with pytest.raises(StageError, match="no PseudoLabelledDataset"):
        set_labels(cfgs["stage_one"], tmp_path, "stage_one")


def test_set_labels__tells_metrics_that_name_no_others(tmp_path):
    cfg = configs()["stage_two"]
    metric = dict(type="AgreementMetric")
    others = dict(metric, pseudo_label_dir="others")
    within = dict(type="DomainMetric", domain="target", metric=dict(metric))
    cfg.val_evaluator = [dict(metric), others, within]
    set_labels(cfg, tmp_path, "stage_two")
    given = (cfg.val_evaluator[0], cfg.val_evaluator[2].metric)
    assert [m.pseudo_label_dir for m in given] == [str(tmp_path)] * 2
    assert cfg.val_evaluator[1].pseudo_label_dir == "others"


def test_take_images_of_learner__labels_what_is_learned_from():
    run = resolver(options={"stage_two.train_dataloader.batch_size": 9})
    labels = run.stages[1]
    cfg = run.stage_config(labels)
    labels.take_images_of_learner(run, cfg)
    (target,) = cfg.train_dataloader.dataset.domains.values()
    assert target.images.type == "CityscapesImages"


def test_inputs__say_which_stage_to_run_first(tmp_path):
    run = resolver(tmp_path)
    two = run.stages[2]
    with pytest.raises(StageError, match=r"needs stage 'stage_one'.*--stage stage_one"):
        inputs_of(two, run.stage_config(two), run)


def finish(run, name, **record):
    run.folder(name).mkdir(parents=True)
    made = {"labels_hash": "x", "fingerprint": {}}
    write_json(run.folder(name) / "done.json", {**made, **record})


def test_inputs__final_unless_best_is_asked_for(tmp_path):
    for weights, expected in (("final", "iter_6.pth"), ("best", "best_x_iter_3.pth")):
        options = {"stages.stage_two.weights": weights}
        run = resolver(tmp_path / weights, options=options)
        finish(
            run,
            "stage_one",
            checkpoint="iter_6.pth",
            checkpoint_hash="a",
            best="best_x_iter_3.pth",
            best_hash="b",
        )
        finish(run, "pseudo_labels", labels_hash="c")
        two = run.stages[2]
        inputs = inputs_of(two, run.stage_config(two), run)
        assert inputs.weights == run.folder("stage_one") / expected
        assert inputs.of("labels") == {"pseudo_labels": run.folder("pseudo_labels")}
        with pytest.raises(StageError, match="which is gone"):
            check_there(two, weights_taken(two, inputs))


def bands(tmp_path, names=("band_001", "band_005", "band_009"), **options):
    """A run of three networks, of which some are finished, and its labels."""
    leaf = FLAGSHIP.parents[1] / "fda" / "fda_mbt_gta.py"
    run = Resolver(Request(leaf, work_dir=tmp_path, **on_toycity(), options=options))
    for name in names:
        finish(run, name, checkpoint=f"{name}.pth", checkpoint_hash=name[-1])
    return run, run.find("pseudo_labels")


def test_inputs__of_several_networks(tmp_path):
    run, labels = bands(tmp_path)
    inputs = inputs_of(labels, run.stage_config(labels), run)
    assert inputs.weights == tmp_path / "band_001" / "band_001.pth"
    assert inputs.of("average_with") == {
        name: tmp_path / name / f"{name}.pth" for name in ("band_005", "band_009")
    }
    assert inputs.hashes == {
        "weights": "1",
        "average_with_0": "5",
        "average_with_1": "9",
    }
    inputs.weights.write_bytes(b"")
    with pytest.raises(StageError, match=r"band_005\.pth, which is gone.*m band_005"):
        check_there(labels, weights_taken(labels, inputs))


def test_inputs__one_of_several_networks_is_missing(tmp_path):
    run, labels = bands(tmp_path, names=("band_001", "band_009"))
    with pytest.raises(StageError, match=r"needs stage 'band_005'.*--stage band_005"):
        inputs_of(labels, run.stage_config(labels), run)
    alone = Outlook(run, [labels])
    with pytest.raises(StageError, match="needs stage 'band_005'"):
        check_stages(alone)
    finish(run, "pseudo_labels")
    outlook = Outlook(run, run.stages)
    with pytest.raises(StageError, match="with a stage 'band_005' that is not there"):
        check_not_stale(run, (), outlook.is_finished)


def test_check_stages__averaged_are_networks_of_one_kind(tmp_path):
    changed = {"band_005.model.segmentor.decode_head.dilations": (6, 12)}
    run, labels = bands(tmp_path, names=(), **changed)
    with pytest.raises(StageError, match="average_with='band_005' trains another netw"):
        check_stages(Outlook(run, [*run.stages[:3], labels]))


def test_check_not_stale__a_later_stage_without_its_input(tmp_path):
    run = resolver(tmp_path)
    outlook = Outlook(run, run.stages)
    check_not_stale(run, (), outlook.is_finished)
    finish(run, "stage_two")
    with pytest.raises(StageError, match="--restart-from stage_one"):
        check_not_stale(run, (), outlook.is_finished)
    check_not_stale(run, ("stage_two",), outlook.is_finished)


def test_move_aside__keeps_everything(tmp_path, capsys):
    run = resolver(tmp_path)
    for _ in range(2):
        finish(run, "stage_one")
        move_aside(run, run.stages)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "stage_one.replaced_1",
        "stage_one.replaced_2",
    ]


def test_check_given__never_over_weights_of_its_own(tmp_path):
    checkpoint = tmp_path / "given.pth"
    checkpoint.write_bytes(b"")
    run = resolver(tmp_path / "run")
    finish(run, "stage_one", checkpoint_hash="other")
    with pytest.raises(StageError, match="weights of its own"):
        check_given(run, checkpoint)


def test_check_given__not_where_nothing_would_be_left_to_run(tmp_path):
    single = FLAGSHIP.parents[1] / "mrnet" / "mrnet_gta.py"
    run = Resolver(Request(single, work_dir=tmp_path))
    with pytest.raises(
        StageError, match=r"trains no stage but 'train'.*load_from=a\.pth"
    ):
        check_given(run, Path("a.pth"))
