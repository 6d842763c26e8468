"""The configs' numbers are the published ones, written here a second time by hand."""

from pathlib import Path
from types import SimpleNamespace as Numbers

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from resolved import resolved

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.equation import as_equation, describe

CONFIGS = Path(__file__).parents[1] / "configs"

# sizes are (width, height), crops (height, width);
ADAPTSEG = Numbers(
    rate=2.5e-4,
    nesterov=False,
    heads_rate=1e-4,
    total=250_000,
    stop=150_000,
    batch=dict(source=1, target=1),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target=(1024, 512),
    crop=None,
    jitter=None,
    mirror=None,
    weights={
        "source": dict(decode=1.0, aux=0.1),
        "adversarial": dict(decode=1e-3, aux=2e-4),
    },
)
MRNET = Numbers(
    rate=2e-4,
    nesterov=True,
    heads_rate=1e-4,
    total=100_000,
    stop=25_000,
    batch=dict(source=2, target=2),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target=(1024, 512),
    crop=(512, 1024),
    jitter=(0.8, 1.2),
    mirror=0.5,
    weights={
        "source": dict(decode=1.0, aux=0.5),
        "adversarial": dict(decode=2e-3, aux=4e-4),
        "consensus": dict(decode=0.1, aux=0.1),
    },
)
SOURCE_ONLY = Numbers(
    **vars(MRNET)
    | dict(
        heads_rate=None,
        batch=dict(source=2),
        target=None,
        weights={"source": dict(decode=1.0, aux=0.5)},
    )
)
LCRF = Numbers(
    rate=1e-4,
    nesterov=True,
    heads_rate=None,
    total=100_000,
    stop=40_000,
    batch=dict(target=9),
    source=None,
    target=(1280, 640),
    crop=(256, 512),
    jitter=(0.8, 1.2),
    mirror=0.5,
    weights={
        "pseudo": dict(decode=1.0, aux=0.5),
        "lipschitz": dict(decode=1.0, aux=1.0),  # lambda_2
    },
)
LCDA = Numbers(
    rate=2e-4,
    nesterov=True,
    heads_rate=None,
    total=100_000,
    stop=40_000,
    batch=dict(source=2, target=2),
    source={"gta": (1280, 640), "synthia": (1280, 640)},
    target=(1280, 640),
    crop=(256, 512),
    jitter=(0.8, 1.2),
    mirror=0.5,
    target_is_augmented=True,
    weights={
        "source": dict(decode=1.0, aux=0.5),
        "lipschitz": dict(decode=1.0, aux=0.2),  # lambda_1
    },
)


def change(numbers, **changes):
    """The numbers with some of them changed; weights are merged, None removes one."""
    weights = numbers.weights | changes.pop("weights", {})
    weights = {name: value for name, value in weights.items() if value}
    return Numbers(**vars(numbers) | changes | dict(weights=weights))


def one_head(numbers):
    """The same without the auxiliary head; what is left of each weight stays."""
    weights = {name: dict(decode=w["decode"]) for name, w in numbers.weights.items()}
    return Numbers(**vars(numbers) | dict(weights=weights, single_head=True))


ADVERSARIAL = dict(adversarial=dict(decode=1e-3, aux=2e-4))
LCRF_SOURCE = change(
    LCRF,
    batch=dict(source=3, target=9),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target_is_augmented=True,
    weights=dict(source=dict(decode=1.0, aux=0.5)),
)
LCDA_ADV = change(LCDA, heads_rate=1e-4, weights=ADVERSARIAL)
LCDA_SOURCE = change(
    LCDA, batch=dict(source=2), target=None, weights=dict(lipschitz=None)
)
RPLUE = change(
    LCRF,
    stop=50_000,
    weights=dict(lipschitz=None, variance=dict(decode=1.0, aux=0.5)),
)
ADABN = change(
    LCDA,
    rate=0.0,
    momentum=0.0,
    decay=0.0,
    nesterov=False,
    total=None,
    stop=372,
    batch=dict(target=8),
    weights=dict(source=None, lipschitz=None, nothing=dict(decode=0.0, aux=0.0)),
)
CLAN = change(
    ADAPTSEG,
    total=100_000,
    stop=100_000,
    jitter=(0.8, 1, 1.1),  # one of these
    mirror=0.5,
    target_is_augmented=True,
    weights={
        "source": dict(decode=1.0, aux=1.0),
        "adversarial": dict(fused=1e-3),
        "discrepancy": 0.02,  # 0.01 * 2
    },
)
ADVENT = change(ADAPTSEG, stop=120_000)
CRST_SOURCE = Numbers(
    rate=2.5e-4,
    nesterov=False,
    heads_rate=None,
    total=250_000,
    stop=150_000,
    batch=dict(source=1),
    source={"gta": (1914, 1052), "synthia": (1280, 760)},
    target=(2048, 1024),
    interpolation=(None, None),  # cv2's bilinear
    crop=(512, 1024),
    jitter={"gta": (0.54, 1.5), "synthia": (0.8, 1.5), "target": (0.5, 1.5)},
    mirror=0.5,
    target_is_augmented=True,
    single_head=True,
    weights=dict(source=dict(decode=1.0)),
)
FDA = Numbers(
    rate=2.5e-4,
    nesterov=False,
    heads_rate=None,
    total=150_000,
    stop=100_000,
    batch=dict(source=1, target=1),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target=(1024, 512),
    crop=(512, 1024),
    jitter=None,
    mirror=None,
    single_head=True,
    weights=dict(source=dict(decode=1.0), entropy=dict(decode=0.005)),
)
# from memory of the paper, not checked
PATCHALIGN = change(
    one_head(ADAPTSEG),
    weights=dict(
        adversarial=dict(decode=5e-4),
        patch_modes=dict(decode=0.01),
        adversarial_patch=dict(decode=1e-4),
    ),
)


def crst(alpha=None):
    """A round of CBST or CRST; shares of the source by task, R's weight is alpha."""
    numbers = vars(CRST_SOURCE) | dict(
        rate=5e-5, total=None, stop=5950, batch=dict(source=1, target=1)
    )
    del numbers["weights"]
    by_task = {}
    for task, share in dict(gta=0.2, synthia=0.09).items():
        by_task[task] = dict(source=dict(decode=share), pseudo=dict(decode=1 - share))
        if alpha:
            by_task[task]["regulariser"] = dict(decode=alpha * (1 - share))
    return Numbers(**numbers, weights_by_task=by_task)


# CycleGAN's weights; sizes, crops and length are our choice
CYCLEGAN = Numbers(
    rate=None,  # the segmentor does not learn
    heads_rate=2e-4,
    betas=(0.5, 0.999),
    power=1.0,
    total=200_000,
    stop=200_000,
    batch=dict(source=1, target=1),
    source={"gta": (1280, 720), "synthia": (1280, 760)},
    target=(1024, 512),
    crop=(256, 512),
    jitter=None,
    mirror=0.5,
    target_is_augmented=True,
    single_head=True,
    weights={
        "adversarial_st": dict(decode=1.0),
        "adversarial_ts": dict(decode=1.0),
        "cycle_source": dict(decode=10.0),
        "cycle_target": dict(decode=10.0),
        "identity_source": dict(decode=5.0),
        "identity_target": dict(decode=5.0),
    },
)
BDL = change(one_head(ADAPTSEG), stop=80_000)
# --loadSize 1024 --fineSize 452 --batchSize 4 --niter 10 --niter_decay 10
BDL_TRANSLATOR = change(
    CYCLEGAN,
    batch=dict(source=4, target=4),
    source={"gta": (1024, 1024), "synthia": (1024, 1024)},  # the longer side
    target=(1024, 1024),
    crop=(452, 452),
    # 20 passes over the larger domain, 24966 or 9400 images, in batches of 4
    total={"gta": 20 * 6242, "synthia": 20 * 2350},
    stop={"gta": 20 * 6242, "synthia": 20 * 2350},
    weights=dict(
        perceptual_st=dict(decode=0.1),
        perceptual_ts=dict(decode=0.1),
        perceptual_source=dict(decode=10.0),  # lambda_A * lambda_semantic
        perceptual_target=dict(decode=10.0),
    ),
)
# MLAN paper, Sec. 4.2: rates, decay and lambdas. Lengths and sizes are our choice
WHOLE = {"gta": (1280, 720), "synthia": (1280, 720)}  # patches tile it
REGIONS = dict(c_small=10.0, c_medium=10.0, c_large=10.0)
RLL = change(
    one_head(ADAPTSEG),
    decay=1e-4,
    stop=120_000,
    source=WHOLE,
    heads_rate=None,
    region_factors=REGIONS,
    weights=dict(
        adversarial=None,
        region_small=dict(decode=5e-3),  # lambda_region
        region_medium=dict(decode=5e-3),
        region_large=dict(decode=5e-3),
    ),
)
RL_AL = change(RLL, weights=dict(rl_al=dict(decode=1e-3)))  # lambda_ent
CR_AL = change(
    RL_AL, adam="c_image", heads_rate=1e-4, weights=dict(il_al=dict(decode=1e-3))
)
IL_AL = change(
    one_head(ADAPTSEG),
    adam="c_image",
    decay=1e-4,
    stop=120_000,
    source=WHOLE,
    weights=dict(adversarial=None, il_al=dict(decode=1e-3)),  # lambda_image
)
# MLAN paper, Eq. 14, with a round of CRST's length, sizes and optimizer: our choice
SELF_TRAINING = Numbers(
    rate=5e-5,
    nesterov=False,
    decay=5e-4,
    heads_rate=None,
    total=None,
    stop=5950,
    batch=dict(target=2),
    source=None,
    target=(2048, 1024),
    crop=(512, 1024),
    jitter=(0.5, 1.5),
    mirror=0.5,
    single_head=True,
    weights=dict(pseudo=dict(decode=1.0)),
)
# second-hand: the lambdas and the first two sizes of patches
CRCDA = change(
    RLL,
    adam="d_decode",
    heads_rate=1e-4,
    region_factors=dict(c_small=10.0, c_medium=10.0),
    weights=dict(
        region_large=None,
        rl_al=dict(decode=2.5e-5),
        adversarial=dict(decode=2.5e-5),
    ),
)

NUMBERS = {
    "adaptseg/adaptseg": ADAPTSEG,
    "adaptseg/adaptseg_single_level": one_head(ADAPTSEG),
    "adaptseg/adaptseg_vgg16": change(one_head(ADAPTSEG), head_factor=None),
    "advent/advent": ADVENT,
    "advent/minent": change(
        ADVENT,
        heads_rate=None,
        weights=dict(adversarial=None, entropy=ADVERSARIAL["adversarial"]),
    ),
    "bdl/bdl": change(BDL, stop=120_000, weights=dict(pseudo=dict(decode=1.0))),
    "bdl/bdl_adversarial": BDL,
    "bdl/bdl_translator": BDL_TRANSLATOR,
    "clan/clan": CLAN,
    "crcda/crcda": CRCDA,
    "fda/fda": FDA,
    "fda/fda_pseudo": change(FDA, weights=dict(pseudo=dict(decode=1.0))),
    "fda/fda_mbt": change(FDA, weights=dict(pseudo=dict(decode=1.0))),
    "lcda/adaptseg_lcda": change(
        ADAPTSEG, weights=dict(lipschitz=dict(decode=1.0, aux=0.2))
    ),
    "lcda/lcda": LCDA,
    "lcda/lcda_adv": LCDA_ADV,
    "lcda/lcda_adv_pseudo": change(LCRF, weights=dict(lipschitz=None)),
    "lcda/lcda_adv_single_head": one_head(LCDA_ADV),
    "lcda/lcda_cr_al": change(CR_AL, weights=dict(lipschitz=dict(decode=1.0))),
    "lcda/lcda_single_head": one_head(LCDA),
    "lcrf/lcda_adv_lcrf": LCRF_SOURCE,
    "lcrf/lcda_adv_lcrf_single_head": one_head(LCRF),
    "lcrf/lcda_adv_lcrf_target_only": LCRF,
    "lcrf/lcda_lcrf": LCRF_SOURCE,
    "lcrf/lcda_lcrf_target_only": LCRF,
    "lcrf/mrnet_lcrf": LCRF_SOURCE,
    "lcrf/mrnet_lcrf_target_only": LCRF,
    "mlan/baseline": change(
        IL_AL,
        heads_rate=None,
        batch=dict(source=1),
        target=None,
        weights=dict(il_al=None),
    ),
    "mlan/baseline_adabn": change(
        IL_AL,
        rate=0.0,
        heads_rate=None,
        momentum=0.0,
        decay=0.0,
        total=None,
        stop=372,
        batch=dict(target=8),
        weights=dict(source=None, il_al=None, nothing=dict(decode=0.0)),
    ),
    "mlan/cr_al": CR_AL,
    "mlan/cr_al_crop": change(CR_AL, crop=(512, 512)),
    "mlan/cr_al_it": CR_AL,
    "mlan/cr_al_rit": CR_AL,
    "mlan/cr_al_rit_vgg16": change(CR_AL, head_factor=None),
    "mlan/cr_al_rst": SELF_TRAINING,
    "mlan/cr_al_st": SELF_TRAINING,
    "mlan/cr_al_vgg16": change(CR_AL, head_factor=None),
    "mlan/il_al": IL_AL,
    "mlan/mlan": SELF_TRAINING,
    "mlan/mlan_vgg16": change(SELF_TRAINING, head_factor=None),
    "mlan/regularized_il_al": change(CR_AL, weights=dict(rl_al=None)),
    "mlan/regularized_rl_al": CR_AL,  # lambda_image counts for nothing there
    "mlan/rit": CYCLEGAN,
    "mlan/rit_vgg16": CYCLEGAN,
    "mlan/rl_al": RL_AL,
    "mlan/rll": change(RLL, batch=dict(source=1), target=None),
    "mrnet/mrnet": MRNET,
    "mrnet/mrnet_pseudo": change(
        LCRF,
        stop=50_000,
        weights=dict(lipschitz=None, consensus=dict(decode=0.1, aux=0.1)),
    ),
    "patchalign/patchalign": PATCHALIGN,
    "rplue/rplue": RPLUE,
    "self_training/cbst": crst(),
    "self_training/crst_lrent": crst(),
    "self_training/crst_mrent": crst(alpha=0.1),
    "self_training/crst_mrkld": crst(alpha=0.01),
    "self_training/crst_mrl2": crst(alpha=0.1),
    "self_training/source": CRST_SOURCE,
    "source_only/oracle": LCDA_SOURCE,
    "source_only/source_only": LCDA_SOURCE,
    "source_only/source_only_adabn": ADABN,
    "source_only/source_only_adaptseg": change(
        ADAPTSEG,
        heads_rate=None,
        batch=dict(source=1),
        target=None,
        weights=dict(adversarial=None),
    ),
    "source_only/source_only_mrnet": SOURCE_ONLY,
    "source_only/source_only_single_head": one_head(LCDA_SOURCE),
    "source_only/source_only_statistics": change(ADABN, stop=1),
    "translation/cyclegan": CYCLEGAN,
}
LEAVES = [
    (f"{leaf}_{task}.py", task, numbers)
    for task in ("gta", "synthia")
    for leaf, numbers in NUMBERS.items()
]


def stages_of(leaf):
    """A leaf's stages, with those that their configs bring, and their configs."""
    return Resolver(Request((CONFIGS / leaf).with_suffix(".py")))


def test_numbers__are_given_for_every_leaf():
    leaves = {
        path.relative_to(CONFIGS).as_posix()
        for path in CONFIGS.glob("*/*.py")
        # nothing is published of other backbones (tests/test_backbone_configs.py), nor
        # of these methods on other pairs of data sets (tests/datasets/test_pairs.py)
        if path.parent.name not in ("_base_", "backbones", "street", "aerial", "retina")
    }
    assert leaves == {leaf for leaf, _, _ in LEAVES}


@pytest.mark.parametrize(("leaf", "task", "numbers"), LEAVES)
def test_leaf__has_the_published_numbers(leaf, task, numbers):
    cfg = resolved(CONFIGS / leaf)
    _check_optimizers(cfg, numbers)
    _check_schedule(cfg, task, numbers)
    _check_data(cfg, task, numbers)
    by_task = getattr(numbers, "weights_by_task", {})
    weights = by_task.get(task) or numbers.weights
    objectives = {k: v for k, v in cfg.model.objectives.items() if v is not None}
    assert set(objectives) == set(weights)
    for name, objective in objectives.items():
        given = _without_none(objective.loss_weight)
        assert given == pytest.approx(weights[name])


def _without_none(loss_weight):
    if not isinstance(loss_weight, dict):
        return loss_weight
    return {head: weight for head, weight in loss_weight.items() if weight is not None}


def _check_optimizers(cfg, numbers):
    single = getattr(numbers, "single_head", False)
    assert (cfg.model.segmentor.auxiliary_head is None) is single
    regions = getattr(numbers, "region_factors", None)
    if regions:
        _check_region_heads(cfg.optim_wrapper.heads, regions)
    name = f"heads.{numbers.adam}" if hasattr(numbers, "adam") else "heads"
    heads = None if regions and name == "heads" else cfg.optim_wrapper.get(name)
    if (
        heads
        and heads.get("optional")
        and numbers.adam not in cfg.model.get("heads", {})
    ):
        heads = None
    assert (heads and heads.optimizer.lr) == numbers.heads_rate
    if heads:
        assert heads.optimizer.type == "Adam"
        assert heads.optimizer.betas == getattr(numbers, "betas", (0.9, 0.99))
    assert ("segmentor" in cfg.optim_wrapper) is (numbers.rate is not None)
    assert ("segmentor" in cfg.model.get("frozen", ())) is (numbers.rate is None)
    if numbers.rate is not None:
        _check_segmentor(cfg.optim_wrapper.segmentor, numbers, single)


def _check_region_heads(heads, factors):
    """MLAN: "we use SGD to optimize ... C_region", with that rate and decay."""
    assert heads.optimizer == dict(
        type="SGD", lr=2.5e-4, momentum=0.9, weight_decay=1e-4
    )
    assert _without_none(heads.lr_mults) == factors


def _check_segmentor(segmentor, numbers, single):
    assert segmentor.optimizer.type == "SGD"
    assert segmentor.optimizer.lr == numbers.rate
    assert segmentor.optimizer.momentum == getattr(numbers, "momentum", 0.9)
    assert segmentor.optimizer.weight_decay == getattr(numbers, "decay", 5e-4)
    assert segmentor.optimizer.get("nesterov", False) is numbers.nesterov
    factor = getattr(numbers, "head_factor", 10.0)
    if numbers.rate:
        factors = segmentor.lr_mults or {}
        assert factors.get("decode_head") == factor
        assert factors.get("auxiliary_head") == (None if single else factor)


def _check_schedule(cfg, task, numbers):
    stop, total = (
        length[task] if isinstance(length, dict) else length
        for length in (numbers.stop, numbers.total)
    )
    assert cfg.train_cfg.max_iters == stop
    schedules = cfg.param_scheduler
    if total is None:  # a constant rate
        assert schedules is None
        return
    if isinstance(schedules, dict):
        schedules = [s for entry in schedules.values() for s in entry]
    decays = [s for s in schedules if s.type == "PolyLR"]
    assert {(s.power, s.eta_min, s.end) for s in decays} == {
        (getattr(numbers, "power", 0.9), 0, total + 1)
    }


def _check_data(cfg, task, numbers):
    loader = cfg.train_dataloader
    drawn = loader.sampler.samples_per_domain
    assert {name: n for name, n in drawn.items() if n} == numbers.batch
    for name, domain in loader.dataset.domains.items():
        if not domain:
            continue
        steps = {step.type: step for step in domain.pipeline}
        size = numbers.source[task] if name == "source" else numbers.target
        resize = steps.get("RandomResize") or steps.get("Resize")
        if resize is None:  # one of several sizes
            resize = steps["RandomChoiceResize"]
            width, height = size
            wanted = [(int(width * r), int(height * r)) for r in numbers.jitter]
            assert resize.scales == wanted
        else:
            assert resize.scale == size
        expected = getattr(numbers, "interpolation", ("pillow", "bicubic"))
        assert (resize.get("backend"), resize.get("interpolation")) == expected
        augmented = getattr(numbers, "target_is_augmented", numbers.source is None)
        if name == "target" and not augmented:
            assert not {"RandomResize", "DiverseCrop"} & set(steps)
            assert "RandomFlip" not in steps
            continue
        jitter = numbers.jitter
        if isinstance(jitter, dict):
            jitter = jitter[task if name == "source" else name]
        if "RandomChoiceResize" not in steps:
            assert resize.get("ratio_range") == jitter
        crop = steps.get("DiverseCrop") or steps.get("RandomCrop") or {}
        assert crop.get("crop_size") == numbers.crop
        assert (steps.get("RandomFlip") or {}).get("prob") == numbers.mirror


@pytest.mark.parametrize("leaf", [leaf for leaf, _, _ in LEAVES])
def test_leaf__normalises_as_the_field_does(leaf):
    cfg = Config.fromfile(CONFIGS / leaf)
    preprocessor = cfg.model.data_preprocessor
    assert preprocessor.mean == [104.00698793, 116.66876762, 122.67891434]
    assert preprocessor.std == [1, 1, 1]
    assert preprocessor.bgr_to_rgb is False


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_mrnet__agreement_begins_where_the_released_code_begins_it(task):
    model = Config.fromfile(CONFIGS / f"mrnet/mrnet_{task}.py").model
    assert model.objectives.consensus.begin_iters == 15_000
    assert model.objectives.adversarial.gradient_penalty == 0.01
    assert model.segmentor.decode_head.dropout_ratio == 0.1
    assert model.segmentor.aux_weight == 0.5


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize(
    ("leaf", "threshold", "tta"),
    [
        ("lcda/lcda_adv_pseudo", dict(gta=0.9, synthia=0.9), False),
        ("mrnet/mrnet_pseudo", dict(gta=None, synthia=0.9), True),
        ("rplue/rplue", dict(gta=None, synthia=0.9), True),
    ],
)
def test_second_stage__gets_the_labels_that_the_readme_names(
    leaf, task, threshold, tta
):
    labels = Config.fromfile(CONFIGS / f"{leaf}_{task}.py").stages.pseudo_labels
    kind = "KeepAll" if threshold[task] is None else "GlobalThreshold"
    assert (labels.rule.type, labels.rule.get("threshold")) == (kind, threshold[task])
    assert labels.get("tta", False) is tta


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize(
    "leaf",
    [
        "mrnet_lcrf",
        "mrnet_lcrf_target_only",
        "lcda_lcrf_target_only",
        "lcda_adv_lcrf_target_only",
        "lcda_lcrf",
        "lcda_adv_lcrf",
        "lcda_adv_lcrf_single_head",
    ],
)
def test_lcrf__labels_half_of_every_class_with_the_targets_statistics(leaf, task):
    cfg = Config.fromfile(CONFIGS / f"lcrf/{leaf}_{task}.py")
    labels = cfg.stages.pseudo_labels
    assert labels.target_statistics == dict(batch_size=8)
    assert labels.rule == dict(type="ClassBalanced", portion=0.5)
    hook = dict(type="TargetStatisticsHook", domain="target")
    assert cfg.default_hooks.target_statistics == hook


@pytest.mark.parametrize(
    ("leaf", "average", "legend"),
    [
        ("lcrf/mrnet_lcrf", "valid", "mean_valid = mean over what has a label"),
        ("rplue/rplue", "all", "one without a label counts 0"),
        ("lcda/lcda_adv_pseudo", "valid", "mean_valid = mean over what has a label"),
        ("mrnet/mrnet_pseudo", "valid", "mean_valid = mean over what has a label"),
    ],
)
def test_second_stage__says_what_its_mean_is_over(leaf, average, legend):
    model = Config.fromfile(CONFIGS / f"{leaf}_gta.py").model
    assert model.objectives.pseudo.average == average
    with torch.device("meta"):
        text = as_equation(describe(MODELS.build(model)))
    assert legend in text
    # and not of the other kind, which no term has
    assert ("mean_valid" in text) is (average == "valid")
    assert ("counts 0" in text) is (average == "all")


@pytest.mark.parametrize("leaf", ["mrnet/mrnet", "lcda/lcda", "lcrf/mrnet_lcrf"])
def test_two_headed_network__is_seg_uncertaintys(leaf):
    segmentor = Config.fromfile(CONFIGS / f"{leaf}_gta.py").model.segmentor
    backbone = segmentor.backbone
    assert (backbone.norm_cfg.requires_grad, backbone.norm_eval) == (False, False)
    decode, aux = segmentor.decode_head, segmentor.auxiliary_head
    # layer4 before layer3
    assert (decode.in_channels, decode.in_index) == ([2048, 1024], [1, 0])
    assert decode.input_transform == "resize_concat"
    assert (aux.in_channels, aux.in_index) == (1024, 0)
    for head in (decode, aux):
        assert (head.channels, head.bottleneck_channels) == (256, 512)
        assert head.norm_cfg == dict(type="GN", num_groups=32)
        assert (head.use_se, head.dropout_ratio) == (True, 0.1)


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_rplue__has_the_numbers_of_its_released_command(task):
    cfg = Config.fromfile(CONFIGS / f"rplue/rplue_{task}.py")
    pseudo = cfg.model.objectives.pseudo
    crop = cfg.train_dataloader.dataset.domains.target.pipeline[3].crop_size
    # rare: less than 64 x 64 pixels an image
    assert pseudo.class_balance.min_share * crop[0] * crop[1] == 64 * 64
    assert (pseudo.average, pseudo.weight.link) == ("all", "exp_neg")
    assert pseudo.weight.detach is cfg.model.maps.variance.detach_reference is False
    assert cfg.model.maps.variance.reference == "other"
    segmentor = cfg.model.segmentor
    for head in (segmentor.decode_head, segmentor.auxiliary_head):
        assert head.dropout_ratio == 0.2
    assert segmentor.backbone.norm_cfg.requires_grad is True


@pytest.mark.parametrize(("task", "lambda_local"), [("gta", 40), ("synthia", 10)])
def test_clan__has_the_numbers_of_its_released_code(task, lambda_local):
    model = Config.fromfile(CONFIGS / f"clan/clan_{task}.py").model
    source, adversarial, discrepancy = model.objectives.values()
    assert source.focal_gamma == 2
    weight = adversarial.weight
    assert (weight.offset, weight.scale) == (0.4, lambda_local)
    assert weight.begin_iters == 5_001  # "i > 5000"
    assert weight.detach is False
    assert adversarial.weight_discriminator is True
    assert adversarial.discriminator_weight == 1.0  # not halved
    assert adversarial.source_label == 0
    for objective in (adversarial, discrepancy):
        assert objective.decay == dict(power=1.0, end_iters=100_000)
    assert model.heads.d_fused.upsample is True
    segmentor = model.segmentor
    assert segmentor.aux_weight == 1.0
    for head in (segmentor.decode_head, segmentor.auxiliary_head):
        assert (head.in_channels, head.in_index) == (2048, 1)
        assert head.dilations == (6, 12, 18, 24)


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_fda__has_the_numbers_of_its_released_commands(task):
    model = Config.fromfile(CONFIGS / f"fda/fda_{task}.py").model
    view, entropy = model.views.source, model.maps.entropy
    assert (view.type, view.beta, view.window) == ("FourierTransfer", 0.01, "corners")
    assert (entropy.type, entropy.eta, entropy.at) == (
        "RobustEntropyMap",
        2.0,
        "features",
    )
    assert (entropy.on, model.objectives.source.on) == ("target", "source")
    assert "begin_iters" not in model.objectives.entropy  # from the beginning
    stages = Config.fromfile(CONFIGS / f"fda/fda_pseudo_{task}.py").stages
    rule = dict(type="ClassQuantile", quantile=0.66, cap=0.9)
    assert stages.pseudo_labels.rule == rule
    assert stages.stage_one.config == f"fda_{task}.py"


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize("toy", [False, True])
def test_fda_mbt__has_three_bands_in_both_rounds(task, toy):
    run = Resolver(Request(CONFIGS / f"fda/fda_mbt_{task}.py", toy=toy))
    betas = [
        run.stage_config(stage).model.views.source.beta
        for stage in run.stages
        if stage.trains
    ]
    assert betas == 2 * ([0.09, 0.07, 0.05] if toy else [0.09, 0.05, 0.01])
    labels = run.find("pseudo_labels")
    assert (labels.weights_from, *labels.average_with) == (
        "band_001",
        "band_005",
        "band_009",
    )
    for stage in run.stages[:3]:
        assert stage.config.name == f"fda_{task}.py"
    learners = [stage for stage in run.stages if getattr(stage, "labels", None)]
    assert len(learners) == 3
    assert all(stage.weights_from is None for stage in learners)


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_vgg16__is_that_of_the_field(task):
    model = Config.fromfile(CONFIGS / f"adaptseg/adaptseg_vgg16_{task}.py").model
    assert model.segmentor.backbone == dict(
        type="DilatedVGG",
        init_cfg=dict(
            type="Pretrained",
            checkpoint="torchvision://vgg16",
            convention="torchvision",
        ),
    )
    head = model.segmentor.decode_head
    assert (head.in_channels, head.dilations) == (1024, (6, 12, 18, 24))
    assert set(model.heads) == {"d_decode", "d_aux"}
    assert model.heads.d_aux is None


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_patchalign__has_one_size_and_number_of_patches(task):
    cfg = Config.fromfile(CONFIGS / f"patchalign/patchalign_{task}.py")
    rule, heads = cfg.stages.patch_modes.rule, cfg.model.heads
    assert (rule.patch_size, rule.num_modes, rule.cells) == ((32, 64), 50, 2)
    assert (heads.h_patch.patch_size, heads.h_patch.num_regions) == ((32, 64), 50)
    assert (heads.d_patch.in_channels, heads.d_patch.channels) == (50, (256, 512))
    adversary = cfg.model.objectives.adversarial_patch
    assert (adversary.through, adversary.sees) == ("h_patch", "softmax")
    assert cfg.stages.train.regions == "patch_modes"


@pytest.mark.parametrize(
    "leaf", [leaf for leaf, task, _ in LEAVES if task == "synthia"]
)
def test_synthia__best_is_chosen_by_its_16_classes(leaf):
    cfg = Config.fromfile(CONFIGS / leaf)
    if cfg.val_cfg is None:  # a translator, which has no score
        assert cfg.default_hooks.checkpoint.save_best is None
        return
    assert cfg.default_hooks.checkpoint.save_best == "mIoU16"
    (hook,) = [hook for hook in cfg.custom_hooks if hook.type == "ResultHook"]
    assert hook.key == "mIoU16"
    assert cfg.val_evaluator.subsets == "synthia"


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_bdl__learns_from_translations_and_confident_labels(task):
    cfg = Config.fromfile(CONFIGS / f"bdl/bdl_{task}.py")
    stages = cfg.stages
    assert stages.translators.load_from == "first"
    assert stages.translate.checkpoint == "translators"
    assert stages.adversarial.translated == stages.pseudo.translated == "translate"
    assert "load_from" not in {**stages.adversarial, **stages.pseudo}
    rule = stages.pseudo_labels.rule
    assert (rule.type, rule.quantile, rule.cap) == ("ClassQuantile", 0.5, 0.9)
    for name in (f"bdl_{task}", f"bdl_adversarial_{task}"):
        loader = Config.fromfile(CONFIGS / f"bdl/{name}.py").train_dataloader
        source = loader.dataset.domains.source
        assert (source.type, source.originals) == ("TranslatedDataset", False)


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_bdl__translators_learn_as_by_its_released_command(task):
    cfg = resolved(CONFIGS / f"bdl/bdl_translator_{task}.py")
    objectives = cfg.model.objectives
    assert {o.pool_size for k, o in objectives.items() if k[:3] == "adv"} == {50}
    perceptual = [o for k, o in objectives.items() if k.startswith("perceptual")]
    assert [o.at for o in perceptual] == ["features"] * 4
    (decay,) = cfg.param_scheduler
    assert (decay.begin, decay.end) == (
        cfg.train_cfg.max_iters // 2,
        2 * decay.begin + 1,
    )
    pipelines = [d.pipeline for d in cfg.train_dataloader.dataset.domains.values()]
    for pipeline in (*pipelines, cfg.translate_pipeline):
        assert pipeline[1].keep_ratio is True
        assert pipeline[1].scale == (1024, 1024)
    assert "RandomCrop" not in {step.type for step in cfg.translate_pipeline}


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize(
    "method", ["cbst", "crst_lrent", "crst_mrent", "crst_mrkld", "crst_mrl2"]
)
def test_self_training__keeps_more_in_every_round(method, task):
    cfg = Config.fromfile(CONFIGS / f"self_training/{method}_{task}.py")
    rules = [cfg.stages[f"labels_{i}"].rule for i in (1, 2, 3)]
    assert [rule.portion for rule in rules] == [0.20, 0.25, 0.30]
    kind = "SoftClassBalanced" if method == "crst_lrent" else "ClassBalanced"
    assert {rule.type for rule in rules} == {kind}
    assert method != "crst_lrent" or {rule.alpha for rule in rules} == {0.25}
    assert cfg.model.segmentor.backbone.norm_eval is True
    assert cfg.stages.source.config == f"source_{task}.py"


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize(
    ("leaf", "sizes", "channels"),
    [
        ("mlan/rll", 3, 2048),
        ("mlan/cr_al", 3, 2048),
        ("mlan/cr_al_crop", 3, 2048),
        ("mlan/cr_al_it", 3, 2048),
        ("mlan/cr_al_rit", 3, 2048),
        ("mlan/cr_al_vgg16", 3, 1024),
        ("lcda/lcda_cr_al", 3, 2048),
        ("crcda/crcda", 2, 2048),
    ],
)
def test_region_heads__tell_100_kinds_of_patches_of_the_stages_sizes(
    leaf, sizes, channels, task
):
    cfg = Config.fromfile(CONFIGS / f"{leaf}_{task}.py")
    wanted = dict(small=(18, 32), medium=(36, 64), large=(72, 128))
    wanted = dict(list(wanted.items())[:sizes])
    regions = stages_of(f"{leaf}_{task}").find("regions")
    assert regions.scale == (1280, 720)
    sizes = {name: rule["patch_size"] for name, rule in regions.rules.items()}
    assert sizes == wanted
    assert {rule["num_regions"] for rule in regions.rules.values()} == {100}
    for name, size in wanted.items():
        head = cfg.model.heads[f"c_{name}"]
        assert (head.patch_size, head.num_regions) == (size, 100)
        assert head.in_channels == channels
        assert cfg.model.objectives[f"region_{name}"].head == f"c_{name}"
    for name, rule in cfg.model.get("maps", {}).items():
        if rule and rule.type == "RegionConsistencyMap":
            assert rule.decay == dict(power=0.9, end_iters=250_000)
            assert (rule.head, rule.head_ascends) == (f"c_{name}", True)


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_cr_al__regularises_as_eq_8_and_9_do(task):
    model = Config.fromfile(CONFIGS / f"mlan/cr_al_{task}.py").model
    c_image, objectives = model.heads.c_image, model.objectives
    assert (c_image.in_channels, c_image.padding, c_image.grid) == (2048, 2, (3, 3))
    assert objectives.rl_al.weight == dict(map="image")
    weight = dict(map="region", norm="mean", resize="loss")
    assert objectives.il_al.weight == weight
    assert objectives.il_al.weight_discriminator is True
    assert objectives.il_al.source_label == 1
    region_only = Config.fromfile(CONFIGS / f"mlan/regularized_rl_al_{task}.py").model
    assert region_only.objectives.il_al.fool is False
    image_only = Config.fromfile(CONFIGS / f"mlan/regularized_il_al_{task}.py").model
    assert image_only.objectives.rl_al is None
    assert image_only.objectives.region_small.head_only is True


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize(
    ("leaf", "first", "map"),
    [
        ("cr_al_st", "cr_al", None),
        ("cr_al_rst", "cr_al", "multi"),
        ("mlan", "cr_al_rit", "multi"),
        ("mlan_vgg16", "cr_al_rit_vgg16", "multi"),
    ],
)
def test_mlan__self_training_keeps_a_fifth_of_every_class(leaf, first, map, task):
    run = stages_of(f"mlan/{leaf}_{task}")
    alone = stages_of(f"mlan/{first}_{task}")
    assert run.stages[:-2] == alone.stages
    labels, learner = run.stages[-2:]
    assert dict(labels.rule) == dict(
        type="ConsistencyBalanced", portion=0.2, **(dict(map=map) if map else {})
    )  # Eq. 13 as printed: not normalised, the argmax of p
    assert (labels.weights_from, learner.weights_from) == ("train", "train")
    assert learner.labels == labels.name
    assert learner.translated is None
    model = Config.fromfile(CONFIGS / f"mlan/{leaf}_{task}.py").model
    assert model.objectives.pseudo.average == "valid"
    if "vgg16" not in leaf:  # which has no batch norm
        assert model.segmentor.backbone.norm_eval is True


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_mlan__regularised_translators_take_the_map_of_cr_al(task):
    model = Config.fromfile(CONFIGS / f"mlan/rit_{task}.py").model
    weight = model.objectives.adversarial_ts.weight
    assert weight == dict(map="multi", norm="mean")
    assert "weight" not in model.objectives.adversarial_st
    assert model.frozen == ["segmentor", "heads.c_*"]


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize("leaf", ["cr_al_it", "cr_al_rit", "cr_al_rit_vgg16", "mlan"])
def test_mlan__source_images_are_joined_with_their_translations(leaf, task):
    run = stages_of(f"mlan/{leaf}_{task}")
    names = [stage.name for stage in run.stages]
    regularised = leaf != "cr_al_it"
    first = ["regions", "cr_al"] if regularised else ["regions"]
    last = ["pseudo_labels", "self_training"] if leaf == "mlan" else []
    assert names == [*first, "translators", "translate", "train", *last]
    translators, translate, train = map(run.find, ("translators", "translate", "train"))
    assert translators.weights_from == ("cr_al" if regularised else None)
    folder = "mlan" if regularised else "translation"
    assert translators.config.parent.name == folder
    assert (translate.weights_from, translate.generator) == ("translators", "g_st")
    assert (train.translated, train.regions) == ("translate", ("regions",))
    assert train.weights_from is None  # from ImageNet
    source = run.stage_config(train).train_dataloader.dataset.domains.source
    assert (source.type, source.originals) == ("TranslatedDataset", True)


@pytest.mark.parametrize("task", ["gta", "synthia"])
@pytest.mark.parametrize("leaf", ["mlan/cr_al", "mlan/mlan", "crcda/crcda"])
def test_region_labels__have_the_numbers_of_their_page(leaf, task):
    """docs/region_labels.md: our choices, as the paper has none."""
    for rule in stages_of(f"{leaf}_{task}").find("regions").rules.values():
        assert rule["type"] == "HogClusters"
        numbers = ("eps", "min_samples", "pca_dims", "max_images", "max_patches")
        assert [rule[name] for name in numbers] == [0.1, 10, 24, 2000, 20_000]
        assert (rule["min_labelled"], rule["class_histogram"]) == (0.5, 0)


@pytest.mark.parametrize("task", ["gta", "synthia"])
def test_crcda__has_advents_adversary_and_two_levels(task):
    objectives = Config.fromfile(CONFIGS / f"crcda/crcda_{task}.py").model.objectives
    adversary = objectives.adversarial
    assert (adversary.sees, adversary.gan) == ("self_information", "bce")
    assert (adversary.source_label, adversary.discriminator_weight) == (0, 0.5)
    assert objectives.rl_al.maps == ["small", "medium"]
    assert "weight" not in objectives.rl_al
