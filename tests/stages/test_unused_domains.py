"""Domains of the training data that nothing looks at are not loaded."""

from pathlib import Path

import pytest
import torch
from helpers import on_toycity, region_leaf

from mmseg_uda.commands import (
    generate_pseudo_labels,
    run_pseudo_labels,
    run_translate,
    translate_dataset,
)
from mmseg_uda.datasets.loader_config import check_loader_config
from mmseg_uda.registry import OBJECTIVES, VIEWS
from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.kinds import train as train_kind
from mmseg_uda.stages.run.inputs import Inputs
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages
from mmseg_uda.stages.run.stage_run import StageRun

CONFIGS = Path(__file__).parents[2] / "configs"
BASES = (
    "models/deeplabv2_r101_sum.py",
    "datasets/gta_to_cityscapes_whole.py",
    "schedules/adaptseg_250k.py",
    "default_runtime.py",
)
BOTH = dict(source=1, target=1)
SUPERVISED = "source=dict(type='Supervised', loss_weight=dict(decode=1.0, aux=0.5))"
# what the data set file of a source-only method says where it is written out
ALONE = """
train_dataloader = dict(
    batch_size=1,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(domains=dict(target=None)),
)
"""


def leaf(folder, model="", objectives="", more="", name="leaf"):
    """Write a config on both domains that learns from the source, and what is said."""
    path = folder / f"{name}.py"
    path.write_text(
        f"_base_ = {[str(CONFIGS / '_base_' / base) for base in BASES]}\n"
        "model = dict(type='UDASegmentor', segmentor=_base_.segmentor, "
        "data_preprocessor=_base_.data_preprocessor, "
        f"objectives=dict({SUPERVISED}, {objectives}), {model})\n"
        f"optim_wrapper = dict(heads=None)\n{more}"
    )
    return path


def config(path, stage="train", toy=False, needed=(), **options):
    resolver = Resolver(Request(path, options=options, **on_toycity(toy)))
    return resolver.stage_config(resolver.find(stage), needed)


def sampled(cfg):
    """Samples by domain of a batch, whose places in the config must agree."""
    loader = cfg.train_dataloader
    counts = {k: n for k, n in loader.sampler.samples_per_domain.items() if n}
    assert loader.batch_size == sum(counts.values())
    assert list(counts) == [k for k, d in loader.dataset.domains.items() if d]
    return counts


@pytest.mark.parametrize("toy", [False, True])
def test_left_out__as_if_the_file_said_so(tmp_path, toy):
    implied = config(leaf(tmp_path), toy=toy)
    written = config(leaf(tmp_path, more=ALONE, name="written"), toy=toy)
    assert sampled(implied) == dict(source=1)
    written.work_dir = implied.work_dir
    assert implied.to_dict() == written.to_dict()


@pytest.mark.parametrize(
    ("model", "objectives"),
    [
        # a map
        (
            "maps=dict(entropy=dict(type='EntropyMap', on='target'))",
            "entropy=dict(type='MinimizeMap', map='entropy')",
        ),
        # a map behind a map, on a view of another name
        (
            "views=dict(source=dict(type='DomainView'), "
            "mine=dict(type='DomainView', domain='target')), "
            "maps=dict(entropy=dict(type='EntropyMap', on='mine'), "
            "all=dict(type='CombinedMap', maps=['entropy']))",
            "all=dict(type='MinimizeMap', map='all')",
        ),
        # a view of a view
        (
            "heads=dict(g=dict(type='ResNetGenerator', channels=4, num_blocks=1)), "
            "views=dict(source=dict(type='DomainView'), "
            "target=dict(type='DomainView'), "
            "there=dict(type='TranslatedView', of='target', through='g'), "
            "back=dict(type='TranslatedView', of='there', through='g'))",
            "kept=dict(type='ImageReconstruction', on='back', of='source')",
        ),
        # the look of the source
        (
            "views=dict(source=dict(type='FourierTransfer', beta=0.01))",
            "",
        ),
    ],
)
def test_kept__what_an_objective_looks_at(tmp_path, model, objectives):
    assert sampled(config(leaf(tmp_path, model, objectives))) == BOTH


def test_left_out__maps_and_views_that_no_objective_uses(tmp_path):
    unused = (
        "views=dict(source=dict(type='DomainView'), target=dict(type='DomainView')), "
        "maps=dict(entropy=dict(type='EntropyMap', on='target'))"
    )
    assert sampled(config(leaf(tmp_path, unused))) == dict(source=1)


def test_left_out__once_the_user_takes_the_objective_out():
    path = CONFIGS / "adaptseg" / "adaptseg_gta.py"
    assert sampled(config(path)) == BOTH
    off = {"model.objectives.adversarial": None, "model.heads": None}
    assert sampled(config(path, **off)) == dict(source=1)
    off = {"model.objectives.source": None}
    assert sampled(config(CONFIGS / "advent" / "minent_gta.py", **off)) == dict(
        target=1
    )


@pytest.mark.parametrize(
    ("hook", "count"),
    [
        (dict(type="SampleViewsHook", rows=[("source", "target")]), BOTH),
        (dict(type="SampleViewsHook", rows=[("source", "source")]), dict(source=1)),
        (dict(type="Own", options=dict(map="entropy")), BOTH),
    ],
)
def test_kept__what_a_hook_names(tmp_path, hook, count):
    model = "maps=dict(entropy=dict(type='EntropyMap', on='target'))"
    path = leaf(tmp_path, model, more=f"custom_hooks = [{hook}]\n")
    assert sampled(config(path)) == count


@pytest.mark.parametrize("hooks", ["custom_hooks = [{}]", "default_hooks = dict(x={})"])
def test_kept__what_a_view_that_a_hook_names_shows(tmp_path, hooks):
    views = "views=dict(source=dict(type='DomainView'), "
    views += "there=dict(type='DomainView', domain='target'))"
    hook = dict(type="SampleViewsHook", rows=[("there",)])
    assert sampled(config(leaf(tmp_path, views, more=hooks.format(hook)))) == BOTH
    other = hooks.format(dict(type="SampleViewsHook", rows=[("source",)]))
    assert sampled(config(leaf(tmp_path, views, more=other))) == dict(source=1)


def test_kept__all_where_a_view_does_not_tell_its_domain(tmp_path, monkeypatch):
    class Opaque(torch.nn.Module):
        pass

    monkeypatch.setattr(VIEWS, "_module_dict", {**VIEWS.module_dict, "Opaque": Opaque})
    views = "views=dict(source=dict(type='DomainView'), mine=dict(type='Opaque'))"
    mine = "mine=dict(type='Supervised', on='mine')"
    assert sampled(config(leaf(tmp_path, views, mine))) == BOTH


FIRST = "first=dict(type='TrainStage', config={base!r})"
PSEUDO = """
train_dataloader = dict(dataset=dict(domains=dict(target=dict(
    _delete_=True,
    type='PseudoLabelledDataset',
    images=dict(type='CityscapesImages', data_root='x'),
    pipeline=[],
))))
labels = dict(type='PseudoLabelStage', checkpoint='first')
"""


def behind_first(tmp_path, stages):
    first = FIRST.format(base=str(leaf(tmp_path, name="first")))
    return f"stages = dict({first}, {stages})\n"


def test_kept__a_target_with_labels_of_another_stage(tmp_path):
    learner = "train=dict(type='TrainStage', labels='labels')"
    stages = behind_first(tmp_path, f"labels=labels, {learner}")
    assert sampled(config(leaf(tmp_path, more=PSEUDO + stages))) == BOTH


def test_kept__a_source_with_translations_of_another_stage(tmp_path):
    stages = behind_first(
        tmp_path,
        "translate=dict(type='TranslateStage', checkpoint='first'), "
        "train=dict(type='TrainStage', translated='translate')",
    )
    model = "maps=dict(entropy=dict(type='EntropyMap', on='target'))"
    objective = "entropy=dict(type='MinimizeMap', map='entropy')"
    path = leaf(tmp_path, model, objective, stages)
    assert sampled(config(path, **{"model.objectives.source": None})) == BOTH


def test_kept__what_the_caller_reads(tmp_path):
    assert sampled(config(leaf(tmp_path), needed=["target"])) == BOTH


PSEUDO_LABELS = generate_pseudo_labels, run_pseudo_labels
TRANSLATE = translate_dataset, run_translate


@pytest.mark.parametrize(
    ("tool", "options", "count"),
    [
        (PSEUDO_LABELS, ["--out", "o"], BOTH),
        (TRANSLATE, ["--out", "o", "--domain", "target"], BOTH),
        (TRANSLATE, ["--out", "o"], dict(source=1)),
    ],
)
def test_kept__what_a_tool_reads(tmp_path, tool, options, count):
    module, run = tool
    args = module.parse_args([str(leaf(tmp_path)), "weights.pth", *options])
    assert sampled(run.config_of(args)) == count


def test_kept__what_another_stage_reads_or_fills_in(tmp_path):
    labels = "stages = dict(train=dict(type='TrainStage'), labels=dict("
    labels += "type='PseudoLabelStage', checkpoint='train'))\n"
    path = leaf(tmp_path, more=labels)
    assert sampled(config(path)) == dict(source=1)
    assert sampled(config(path, "labels")) == BOTH
    off = {"model.objectives.source": None}
    learner = config(region_leaf(tmp_path), "train", **off)
    assert set(sampled(learner)) == {"source", "target"}
    paper = CONFIGS / "lcrf" / "mrnet_lcrf_target_only_gta.py"
    assert list(sampled(config(paper, "stage_two"))) == ["target"]
    ours = CONFIGS / "lcrf" / "mrnet_lcrf_gta.py"
    assert set(sampled(config(ours, "stage_two"))) == {"source", "target"}
    off = {"stage_two.model.objectives.source": None}
    assert list(sampled(config(ours, "stage_two", **off))) == ["target"]


def test_finder__has_the_data_of_its_learner(tmp_path):
    path = region_leaf(tmp_path)
    finder = next(
        s.name for s in Resolver(Request(path)).stages if s.makes == "regions"
    )
    assert sampled(config(path, finder)) == sampled(config(path)) == BOTH
    off = {"model.objectives.entropy": None, "model.maps": None}
    assert sampled(config(path, finder, **off)) == dict(source=1)
    assert sampled(config(path, **off)) == dict(source=1)


@pytest.mark.parametrize(
    ("objectives", "said"),
    [
        ("mine=dict(type='Supervised', on='sorce')", "'mine' uses view 'sorce'"),
        ("mine=dict(type='MinimizeMap', map='no')", "'mine' uses map 'no'"),
        ("mine=dict(type='Suprvised')", "Did you mean 'Supervised'"),
        ("mine=dict(type='Supervised', loss_weight=None)", "objective 'mine'"),
        ("source=None", "no objective left"),
    ],
)
def test_config_with_a_mistake__is_left_to_the_checks(tmp_path, objectives, said):
    objectives = objectives.replace("source=None", "")
    options = {} if objectives else {"model.objectives.source": None}
    path = leaf(tmp_path, objectives=objectives)
    assert sampled(config(path, **options)) == BOTH
    resolver = Resolver(Request(path, options=options, pretrained="none"))
    with pytest.raises(StageError, match=said):
        check_stages(Outlook(resolver, resolver.stages))


@pytest.mark.parametrize(
    "options",
    [
        {"train_dataloader.sampler.samples_per_domain.target": 0},
        {"train_dataloader.sampler.samples_per_domain.other": 1},
        {"train_dataloader.sampler.type": "InfiniteSampler"},
        {"train_dataloader.sampler.samples_per_domain": None},
        {"train_dataloader.dataset.type": "ConcatDataset"},
        {"train_dataloader": None},
        {"model.type": "EncoderDecoder"},
        {"model": None},
        {"model.views": {"source": {"type": "DomainView", "domain": "sorce"}}},
    ],
)
def test_loader_or_model_of_another_form__is_left_alone(tmp_path, monkeypatch, options):
    path = leaf(tmp_path)
    left = config(path, **options)
    monkeypatch.setattr("mmseg_uda.stages.plan.resolve.leave_out_unused", lambda *_: [])
    assert left.to_dict() == config(path, **options).to_dict()


LOADER = "train_dataloader"
SAMPLES = f"{LOADER}.sampler.samples_per_domain"


@pytest.mark.parametrize(
    "options",
    [
        {f"{LOADER}.batch_size": 4, f"{SAMPLES}.source": 4},
        {f"{LOADER}.batch_size": 5, f"{SAMPLES}.source": 4},
        {f"{LOADER}.batch_size": 4, SAMPLES: {"source": 4, "target": None}},
        {f"{LOADER}.batch_size": 6, SAMPLES: {"source": 4, "target": 2}},
    ],
)
def test_batch_size__counts_what_is_used_or_all(tmp_path, options):
    cfg = config(leaf(tmp_path), **options)
    assert sampled(cfg) == dict(source=4)
    check_loader_config(cfg.train_dataloader)


def test_batch_size__that_fits_neither(tmp_path):
    cfg = config(leaf(tmp_path), **{f"{LOADER}.batch_size": 3})
    said = r"batch_size is 3, .* up to 1 \(source 1; target is left out\): make them eq"
    with pytest.raises(ValueError, match=said):
        check_loader_config(cfg.train_dataloader)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "a batch is source 1 (batch_size=2 counted target 1, too)"),
        ({f"{LOADER}.batch_size": 1}, "a batch is source 1"),
    ],
)
def test_batch_size__is_told(tmp_path, options, said):
    resolver = Resolver(Request(leaf(tmp_path), options=options))
    (stage,) = resolver.stages
    resolver.stage_config(stage)
    (notice,) = resolver.left_out(stage)
    assert notice == (
        "train: domain 'target' is left out of train_dataloader: no objective looks "
        f"at it; {said}"
    )


def test_parts_that_draw_when_built__leave_the_generator_as_it_was(
    tmp_path, monkeypatch
):
    class Drawing(OBJECTIVES.get("Supervised")):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.drawn = torch.rand(1)

    module = {**OBJECTIVES.module_dict, "Drawing": Drawing}
    monkeypatch.setattr(OBJECTIVES, "_module_dict", module)
    path = leaf(tmp_path, objectives="mine=dict(type='Drawing')")
    before = torch.get_rng_state()
    assert sampled(config(path)) == dict(source=1)
    assert torch.equal(before, torch.get_rng_state())


def test_notice__once_when_the_stage_starts(tmp_path, monkeypatch, capsys):
    resolver = Resolver(Request(leaf(tmp_path), work_dir=tmp_path / "run"))
    (stage,) = resolver.stages
    for _ in range(3):
        cfg = resolver.stage_config(stage)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(train_kind, "train", lambda *_: None)
    for rank, times in ((0, 1), (1, 0)):
        monkeypatch.setattr("mmseg_uda.stages.ranks.get_rank", lambda r=rank: r)
        stage.carry_out(StageRun(resolver, stage, cfg, Inputs(), None, {}))
        notice = (
            "train: domain 'target' is left out of train_dataloader: no objective "
            "looks at it; a batch is source 1 (batch_size=2 counted target 1, too)\n"
        )
        assert capsys.readouterr().out.count(notice) == times
