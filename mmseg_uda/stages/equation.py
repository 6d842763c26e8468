"""A model, told back as the equation it minimises."""

from __future__ import annotations

from torch import nn

from mmseg_uda.models.objectives import Supervised
from mmseg_uda.models.objectives.pixel_weight import product_text
from mmseg_uda.models.segmentors import UDASegmentor
from mmseg_uda.models.segmentors.domain_wiring import views_seen
from mmseg_uda.models.segmentors.map_wiring import maps_behind
from mmseg_uda.pseudo_labels import SelectionRule
from mmseg_uda.structures.seg_heads import segmentation_heads


def describe(model: nn.Module) -> dict:
    """Everything that a UDASegmentor minimises, as plain data.

    Args:
        model: A built :class:`UDASegmentor`.

    Returns:
        A dict that serialises to JSON: ``terms`` (objective, seg_head, lambda, decay,
        loss, weight, which of these two is resized, average, whether of labels,
        begin_iters, weight_begin_iters, paper),
        ``discriminator_terms``, ``maps``, ``views``, the ``fused`` logits, the names of
        ``frozen`` parts and the class of the wrapped ``segmentor``.

    Raises:
        TypeError: If the model is another one, whose loss is not put together so.
    """
    if not isinstance(model, UDASegmentor):
        raise TypeError(
            f"cannot describe a {type(model).__name__}: only models of type "
            "UDASegmentor have objectives to describe"
        )
    terms, discriminator_terms, maps = [], [], {}
    for name, objective in model.objectives.items():
        for seg_head, factor in objective.loss_weight.items():
            if getattr(objective, "fool", True):
                terms.append(_term(name, objective, seg_head, factor))
            for map_name in maps_behind(objective.maps(), model.maps):
                formula = model.maps[map_name].equation(seg_head)
                maps[f"{map_name}_{seg_head}"] = formula
            if hasattr(objective, "discriminator_equation"):
                discriminator_terms.append(
                    {
                        "objective": name,
                        "lambda": objective.discriminator_weight,
                        "loss": objective.discriminator_equation(seg_head),
                        "weight_begin_iters": _weight_begin(objective),
                    }
                )
    return {
        "segmentor": type(model.segmentor).__name__,
        "backbone": type(model.segmentor.backbone).__name__,
        "fused": _fused(model.segmentor),
        "terms": terms,
        "discriminator_terms": discriminator_terms,
        "maps": maps,
        "views": _views_in_use(model),
        "frozen": model.frozen.names,
    }


def describe_rule(rule: SelectionRule, model: nn.Module | None) -> dict:
    """How pseudo-labels are chosen, as plain data.

    Args:
        rule: The rule.
        model: The :class:`UDASegmentor` that predicts; None will do for a rule without
            a map.

    Returns:
        A dict that serialises to JSON: ``equation``, and ``maps``, those that it names,
        where training has ended.
    """
    names = [] if rule.score_map is None else maps_behind([rule.score_map], model.maps)
    maps = {f"{name}_decode": model.maps[name].equation("decode") for name in names}
    return {"equation": rule.equation(), "maps": maps}


def rule_as_text(description: dict) -> str:
    """Write what :func:`describe_rule` returns as an equation with its legend."""
    lines = [description["equation"]] if description["equation"] else []
    if description["maps"]:
        lines += ["", "with the maps at the end of all schedules, (1 - i/T) = 0"]
        lines += [f"  {name} = {text}" for name, text in description["maps"].items()]
    return "\n".join(lines)


def as_equation(description: dict) -> str:
    """Write a description as an equation with its legend."""
    lines = [
        f"G, H: {description['segmentor']} on {description['backbone']}",
        "p = softmax(H(G(x))), up-sampled",
    ]
    if description["fused"]:
        lines.append(f"p_fused = softmax({description['fused']})")
    lines += _means(description["terms"])
    lines.append("")
    lines += _sum("L = ", description["terms"])
    if description["maps"]:
        lines += ["", "with the maps"]
        lines += [f"  {name} = {text}" for name, text in description["maps"].items()]
    lines += ["", "on the views"]
    lines += [f"  x_{name}: {text}" for name, text in description["views"].items()]
    if description["frozen"]:
        lines += ["", f"with {', '.join(description['frozen'])} held fixed"]
    if description["discriminator_terms"]:
        lines += ["", "while the discriminators minimise"]
        lines += _sum("  ", description["discriminator_terms"])
    return "\n".join(lines)


def _weight_begin(objective: nn.Module) -> int:
    """When the weight of a discriminator's loss begins, 0 if it has none."""
    return objective.weight.begin_iters if objective.weight_discriminator else 0


def _fused(segmentor: nn.Module) -> str | None:
    """The fused logits as a formula, None where there is nothing to fuse."""
    weight = getattr(segmentor, "aux_weight", 0.5)
    if "aux" not in segmentation_heads(segmentor) or not weight:
        return None
    return f"logits of decode + {weight:g} * aux"


def _views_in_use(model: nn.Module) -> dict[str, str]:
    names = []
    for objective in model.objectives.values():
        names += views_seen(objective, model.views, model.maps)
    return {name: model.views[name].equation() for name in dict.fromkeys(names)}


def _term(name: str, objective: nn.Module, seg_head: str, factor: float) -> dict:
    weight = objective.weight
    return {
        "objective": name,
        "seg_head": seg_head,
        "lambda": factor,
        "decay": objective.decay and objective.decay.equation(),
        "loss": objective.equation(seg_head),
        "weight": None if weight is None else weight.equation(seg_head),
        "resized": None if weight is None else weight.resize,
        "average": getattr(objective, "average", "all"),
        "of_labels": isinstance(objective, Supervised),
        "begin_iters": objective.begin_iters,
        "weight_begin_iters": 0 if weight is None else weight.begin_iters,
        "paper": objective.paper,
    }


def _means(terms: list[dict]) -> list[str]:
    """Say what the means of a loss on labels are over."""
    lines = []
    if any(term["average"] == "valid" for term in terms):
        lines.append("mean_valid = mean over what has a label")
    if any(term["average"] == "all" and term["of_labels"] for term in terms):
        lines.append("mean = mean over all pixels; one without a label counts 0")
    return lines


def _sum(start: str, terms: list[dict]) -> list[str]:
    lines = []
    for index, term in enumerate(terms):
        sign = start if index == 0 else " " * (len(start) - 2) + "+ "
        lines.append(f"{sign}{_summand(term)}")
        note = _note(term)
        if note:
            lines.append(" " * (len(start) + 6) + note)
    return lines


def _summand(term: dict) -> str:
    loss = term["loss"]
    if term.get("weight"):
        loss = product_text(loss, term["weight"], term["resized"])
    mean = {"valid": "mean_valid", "none": ""}.get(term.get("average"), "mean")
    decay = f"{term['decay']} * " if term.get("decay") else ""
    return f"{term['lambda']:g} * {decay}{mean}[ {loss} ]"


def _note(term: dict) -> str:
    parts = [f"objective '{term['objective']}'"]
    if "seg_head" in term:
        parts.append(f"head '{term['seg_head']}'")
    if term.get("begin_iters"):
        parts.append(f"from iteration {term['begin_iters']} on")
    if term.get("weight_begin_iters"):
        parts.append(f"weight 1 before iteration {term['weight_begin_iters']}")
    if term.get("paper"):
        parts.append(term["paper"])
    return "(" + ", ".join(parts) + ")"
