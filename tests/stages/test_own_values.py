"""Entries of a config that its ``own`` fills in, for all stages."""

import pytest
from mmengine.config import Config

from mmseg_uda.prediction.target_images import inference_pipeline
from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.config.own_values import fill_own

CLASSES = ("land", "water")
LEAF = """
_base_ = "mmseg_uda::_base_/own/{base}.py"
own = dict(
    metainfo=dict(classes=("land", "water")),
    num_classes=2,
    source=dict(type="LabelledFolder", data_root="a"),
    target=dict(type="UnlabelledFolder", data_root="b"),
    scale=(320, 240),
    crop_size=(64, 128),
    {more}
)
"""


def leaf(folder, base="mrnet_lcrf", more=""):
    path = folder / "leaf.py"
    path.write_text(LEAF.format(base=base, more=more))
    return path


def stages(path, **options):
    run = Resolver(Request(path, options=options))
    return {stage.name: run.stage_config(stage) for stage in run.stages}


def filled(given=None, **sections):
    cfg = Config(sections)
    return cfg, fill_own(cfg, given or {})


def test_fill_own__values_of_any_type_and_place():
    cfg, used = filled(
        model=dict(a="_own_.x", b=["_own_.y.z", 1], c=("_own_.x",)),
        own=dict(x=(1, 2), y=dict(z=None), unused=3),
    )
    assert cfg.model == dict(a=(1, 2), b=[None, 1], c=((1, 2),))
    assert used == {"x", "y"}


def test_fill_own__other_texts_stay():
    texts = ["_own_", "x _own_.x", "_own_.", "_base_.x"]
    cfg, used = filled(model=dict(texts=list(texts)), own=dict(x=1))
    assert cfg.model.texts == texts
    assert used == set()


def test_fill_own__an_entry_of_a_list_that_need_not_be_there():
    pipeline = [dict(type="A"), "_own_.x?", dict(type="B"), None]
    cfg, _ = filled(a=list(pipeline), own=dict(x=dict(type="X")))
    assert [t and t["type"] for t in cfg.a] == ["A", "X", "B", None]
    for own in (dict(), dict(x=None)):
        cfg, used = filled(a=list(pipeline), own=own)
        assert [t and t["type"] for t in cfg.a] == ["A", "B", None]
        assert used == {"x"}


def test_fill_own__a_dict_takes_what_is_not_said():
    cfg, _ = filled(
        a=dict(_own_="d", x=0, z=4),
        b=dict(_own_="none"),
        own=dict(d=dict(x=1, y=2), none=None),
    )
    assert cfg.a == dict(x=1, y=2, z=4)
    assert cfg.b is None


def test_fill_own__what_need_not_be_there():
    cfg, used = filled(
        a="_own_.x?", b=dict(_own_="y?", z=1), c="_own_.d.e?", own=dict(d={})
    )
    assert (cfg.a, cfg.b) == (None, None)
    assert used == {"x", "y", "d"}


def test_fill_own__values_are_not_shared():
    cfg, _ = filled(a="_own_.x", b="_own_.x", own=dict(x=dict(y=1)))
    cfg.a.y = 2
    assert cfg.b.y == 1


def test_fill_own__names_may_lead_to_names():
    own = dict(which="_own_.many.one", many=dict(one=dict(k="_own_.k")), k=7)
    cfg, used = filled(a="_own_.which.k", b="_own_.which", own=own)
    assert (cfg.a, cfg.b) == (7, dict(k=7))
    assert used == {"which", "many", "k"}


def test_fill_own__what_is_given_counts():
    own = dict(x={0: 0, 1: 1}, y=3)
    cfg, _ = filled({"x": {0: 0, 255: 1}}, m="_own_.x", n="_own_.y", own=own)
    assert (cfg.m, cfg.n) == ({0: 0, 255: 1}, 3)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (dict(scales=1), "model.a is own.scale, .* There is: scales.* mean 'scales'"),
        (dict(scale="_own_.b", b="_own_.scale"), "made of itself: scale -> b -> scale"),
    ],
)
def test_fill_own__refuses(own, said):
    with pytest.raises(StageError, match=said):
        filled(model=dict(a="_own_.scale"), own=own)


def test_fill_own__a_dict_takes_a_dict():
    with pytest.raises(StageError, match="a takes a dict, got 3"):
        filled(a=dict(_own_="x"), own=dict(x=3))


def test_resolver__own_counts_for_all_stages(tmp_path):
    cfgs = stages(leaf(tmp_path, more="iters=500, samples_per_domain=dict(source=1)"))
    one, two = cfgs["stage_one"], cfgs["stage_two"]
    for cfg in (one, two):
        domains = cfg.train_dataloader.dataset.domains
        assert domains.source.data_root == "a"
        assert domains.source.metainfo.classes == CLASSES
        assert domains.source.pipeline[4].crop_size == (64, 128)
        assert cfg.train_dataloader.sampler.samples_per_domain == dict(
            source=1, target=2
        )
        assert cfg.model.segmentor.decode_head.num_classes == 2
        assert cfg.train_cfg.max_iters == 500
        assert cfg.optim_wrapper.segmentor.optimizer.type == "AdamW"
        assert "own" not in cfg
    assert one.model.heads.d_aux == dict(
        type="MultiScaleDiscriminator",
        in_channels=2,
        channels=8,
        num_scales=2,
        num_blocks=1,
    )
    target = two.train_dataloader.dataset.domains.target
    assert target.type == "PseudoLabelledDataset"
    assert target.images.data_root == "b"
    # all that counts in iterations goes with them: 15000 of 25000, 5000 of 25000
    assert one.model.objectives.consensus.begin_iters == 300
    assert one.param_scheduler.segmentor[0].end == 100


def test_resolver__without_labelled_targets_nothing_is_validated(tmp_path):
    cfg = stages(leaf(tmp_path))["stage_two"]
    assert cfg.val_dataloader is None
    assert cfg.val_evaluator is None
    assert cfg.val_cfg is None
    assert cfg.default_hooks.checkpoint.save_best is None
    assert cfg.test_dataloader.dataset.type == "UnlabelledFolder"
    assert cfg.test_evaluator.format_only


def test_resolver__labelled_targets_are_validated_and_tested(tmp_path):
    more = 'val=dict(type="LabelledFolder", data_root="c"),'
    cfg = stages(leaf(tmp_path, more=more))["stage_one"]
    assert cfg.val_dataloader.dataset.data_root == "c"
    assert cfg.test_dataloader.dataset == cfg.val_dataloader.dataset
    assert cfg.test_evaluator == cfg.val_evaluator
    assert cfg.default_hooks.checkpoint.save_best == "mIoU"


def test_resolver__scores_without_labels(tmp_path):
    more = """
    val=dict(type="UnlabelledFolder", data_root="c"),
    evaluator=dict(_delete_=True, type="LabelFreeMetric"),
    score="label_free/information",
    """
    for cfg in stages(leaf(tmp_path, more=more)).values():
        assert cfg.val_evaluator == dict(type="LabelFreeMetric")
        assert cfg.default_hooks.checkpoint.save_best == "label_free/information"
        assert cfg.custom_hooks[-1].key == "label_free/information"


def test_fill_own__several_domains_take_it_each():
    own = dict(d=dict(type="M", domains=dict(a=dict(x=1), b=dict(y=2), c=None)))
    cfg, _ = filled(v=dict(_own_="d", x=0, z="_own_.z"), own=own | dict(z=[3]))
    domains = dict(a=dict(x=1, z=[3]), b=dict(x=0, y=2, z=[3]), c=None)
    assert cfg.v == dict(type="M", domains=domains)
    cfg.v.domains.a.z.append(4)
    assert cfg.v.domains.b.z == [3]


def test_resolver__scores_of_several_domains(tmp_path):
    more = """
    val=dict(
        type="MultiDomainDataset",
        domains=dict(
            source=dict(type="LabelledFolder", data_root="held"),
            target=dict(type="UnlabelledFolder", data_root="b"),
        ),
    ),
    evaluator=[
        dict(type="DomainMetric", domain="source", metric=dict(type="UDAIoUMetric")),
        dict(type="DomainMetric", domain="target", metric=dict(type="LabelFreeMetric")),
    ],
    score="source/mIoU",
    """
    for cfg in stages(leaf(tmp_path, more=more)).values():
        domains = cfg.val_dataloader.dataset.domains
        assert domains.source.data_root == "held"
        assert {*cfg.val_dataloader.dataset} == {"type", "domains"}
        for domain in domains.values():
            assert domain.metainfo.classes == CLASSES
            assert domain.pipeline[1].scale == (320, 240)
        assert len(cfg.val_evaluator) == 2
        assert cfg.default_hooks.checkpoint.save_best == "source/mIoU"
        assert inference_pipeline(cfg)[1].scale == (320, 240)


def test_resolver__options_of_own(tmp_path):
    cfgs = stages(leaf(tmp_path), **{"own.crop_size": (32, 64), "own.iters": 9})
    for cfg in cfgs.values():
        pipeline = cfg.train_dataloader.dataset.domains.target.pipeline
        assert pipeline[4].crop_size == (32, 64)
        assert cfg.train_cfg.max_iters == 9


@pytest.mark.parametrize("network", ["small", "base"])
@pytest.mark.parametrize("base", ["source_only", "lcda", "mrnet", "lcda_lcrf"])
def test_resolver__networks(tmp_path, base, network):
    more = f'network="_own_.networks.{network}"'
    for cfg in stages(leaf(tmp_path, base, more)).values():
        assert cfg.model.segmentor.backbone.depth == {"small": 50, "base": 101}[network]
        assert cfg.model.segmentor.auxiliary_head.num_classes == 2
        assert cfg.optim_wrapper.segmentor.optimizer.type == "SGD"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("crop=(3, 3)", "leaf.py: nothing reads own.crop. .* mean 'crop_size'"),
        ("iters=0", "own.iters must be a whole number >= 1, got 0"),
        ('network="_own_.networks.tin"', "own.network.*There is: tiny, small, base"),
    ],
)
def test_resolver__refuses(tmp_path, more, said):
    with pytest.raises(StageError, match=rf"(?s){said}"):
        stages(leaf(tmp_path, more=more))


def test_resolver__a_variable_called_own(tmp_path):
    path = tmp_path / "leaf.py"
    path.write_text(
        '_base_ = "mmseg_uda::mrnet/mrnet_gta.py"\nown = dict(iters=7)\n'
        'train_cfg = dict(val_interval=own["iters"])\n'
    )
    cfg = stages(path)["train"]
    assert cfg.train_cfg == dict(
        type="IterBasedTrainLoop", max_iters=25000, val_interval=7
    )


def test_resolver__own_options_need_an_own(tmp_path):
    path = tmp_path / "leaf.py"
    path.write_text('_base_ = "mmseg_uda::mrnet/mrnet_gta.py"')
    with pytest.raises(StageError, match="has no 'own'"):
        Resolver(Request(path, options={"own.iters": 3}))


def test_resolver__own_of_one_stage_alone(tmp_path):
    with pytest.raises(StageError, match=r"stage_one\.own.*for all stages"):
        stages(leaf(tmp_path), **{"stage_one.own.iters": 3})
