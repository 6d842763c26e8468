"""The first pass of a rule whose thresholds come from the whole set."""

import json
from collections.abc import Iterable
from pathlib import Path

from mmengine.dist import all_gather_object
from torch import Tensor

from mmseg_uda.atomic_files import write_json
from mmseg_uda.ranks import on_rank_zero

from .selection_rule import SelectionRule


def give_statistics(rule: SelectionRule, probs: Iterable[Tensor], folder: Path) -> None:
    """Give a rule the statistics of the set: those on disk, or by observing.

    Args:
        rule: Rule with ``needs_statistics``.
        probs: This rank's images, (K, H, W) each. Not touched if an interrupted run
            has saved the merged statistics.
        folder: Output folder; the statistics are saved in ``rule_state.json``.
    """
    path = folder / "rule_state.json"

    def saved() -> dict | None:
        return json.loads(path.read_text()) if path.is_file() else None

    state = on_rank_zero(saved)
    if state is not None:
        rule.merge([state])
        return
    for image in probs:
        rule.observe(image)
    rule.merge(all_gather_object(rule.state_dict()))
    on_rank_zero(lambda: write_json(path, rule.state_dict()))
