"""What a batch of ``--toy`` holds, see :mod:`mmseg_uda.engine.toy`."""

from typing import Any

from mmengine.config import Config

from .toy_rules import ToyRules
from .walk import dicts_in

LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
_WORKERS = 1


def shrink_batch(cfg: Config, rules: ToyRules) -> str:
    """Draw a few images of each domain, loaded by one process, in place.

    Args:
        cfg: Config of a training stage.
        rules: The rules of its network.

    Returns:
        What a batch holds now.
    """
    for name in LOADERS:
        loader = cfg.get(name) or {}
        if "num_workers" in loader:
            loader["num_workers"] = min(loader["num_workers"], _WORKERS)
            loader["persistent_workers"] = loader["num_workers"] > 0
    loader = cfg.get("train_dataloader") or {}
    drawn = (loader.get("sampler") or {}).get("samples_per_domain")
    if drawn:
        domains = (loader.get("dataset") or {}).get("domains") or {}
        for domain, count in drawn.items():
            drawn[domain] = count and _drawn(domains.get(domain), count, rules)
        loader["batch_size"] = sum(count for count in drawn.values() if count)
        return f"batch {', '.join(f'{n} {d}' for d, n in drawn.items() if n)}"
    count = loader.get("batch_size", 1)
    loader["batch_size"] = _drawn(loader.get("dataset"), count, rules)
    return f"batch {loader['batch_size']}"


def balance_classes(cfg: Config, rules: ToyRules) -> list[str]:
    """Let rare classes of ground truth count more, as in MRNet's code, in place.

    Args:
        cfg: Config of a training stage.
        rules: The rules of its network.

    Returns:
        What was changed, if anything was.
    """
    if rules.rare_share is None:
        return []
    model = cfg.get("model") or {}
    head = (model.get("segmentor") or model).get("decode_head")
    head = head[-1] if isinstance(head, list | tuple) else head
    own = rules.heads.get(str((head or {}).get("type")))
    share = own.rare_share if own else rules.rare_share
    changed = [
        objective
        for objective in (model.get("objectives") or {}).values()
        if objective and objective.get("type") == "Supervised"
        if objective.get("on", "source") != "target"
        if objective.get("class_balance") is None
    ]
    for objective in changed:
        objective["class_balance"] = dict(
            num_classes=head["num_classes"], min_share=share
        )
    told = f"classes below {100 * share:.3g} % of a batch of the source count more"
    return [f"{told}: class_balance"] if changed else []


def _drawn(dataset: Any, count: int, rules: ToyRules) -> int:
    """How many images of a data set are drawn in place of ``count``."""
    crops = [step["crop_size"] for step in dicts_in(dataset) if "crop_size" in step]
    if crops and rules.crop_pixels:
        return max(1, rules.crop_pixels // max(map(_pixels, crops)))
    return min(count, rules.most_per_domain)


def _pixels(size: Any) -> int:
    rows, columns = size if isinstance(size, list | tuple) else (size, size)
    return rows * columns
