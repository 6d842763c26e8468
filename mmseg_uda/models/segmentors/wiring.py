"""Building named parts and checking, at build time, that all names they use exist."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

from mmengine.registry import Registry
from torch import nn

from mmseg_uda.structures.cascade import stages_of
from mmseg_uda.structures.seg_heads import (
    check_segmentation_heads,
    segmentation_heads,
)
from mmseg_uda.structures.view import FUSED
from mmseg_uda.utils.options import check_flags, check_known
from mmseg_uda.utils.suggestions import did_you_mean

from .checkpoint_layout import PARTS
from .view_wiring import heads_of, views_behind, views_of
from .weight_wiring import check_weights


def build_parts(
    kind: str, configs: dict | None, registry: Registry
) -> dict[str, nn.Module]:
    """Build the parts of one kind, leaving out entries that are None.

    Raises:
        ValueError: If a name cannot serve as a module name or, for an objective, would
            make every log entry look like a loss; if a value is no dict; and what a
            part finds wrong with its options.
    """
    parts = {}
    for name, config in (configs or {}).items():
        if config is None:
            continue
        if hasattr(nn.ModuleDict, name) or "." in name or "loss" in name:
            raise ValueError(
                f"{kind} cannot be called {name!r}: names must not hold a dot or "
                "'loss', nor be an attribute of torch's ModuleDict (such as 'type' or "
                "'train')."
            )
        if not isinstance(config, Mapping):
            raise ValueError(
                f"{kind} {name!r} must be a dict with a type, or None to leave it out; "
                f"got {config!r}. On a command line give its entries one by one: "
                f"model.{kind}s.{name}.type=..."
            )
        config = dict(config)
        if config.get("type") == "DomainView":
            config.setdefault("domain", name)
        _check_config(kind, name, config, registry, list(configs))
        try:
            parts[name] = registry.build(config)
        except ValueError as error:
            raise ValueError(f"{kind} {name!r}: {error}") from error
        except (TypeError, AttributeError, RuntimeError) as error:
            # from the depths of a layer, say, of None for a number of channels
            given = ", ".join(f"{k}={v!r}" for k, v in config.items() if k != "type")
            raise ValueError(
                f"{kind} {name!r} cannot be built as {config['type']}({given}): "
                f"{error}. Is an option missing, or of the wrong kind?"
            ) from error
    return parts


def _check_config(
    kind: str, name: str, config: dict, registry: Registry, names: list[str]
) -> None:
    """Check a part's type and options before it is built, to be able to suggest.

    Raises:
        ValueError: If the type is missing or unknown, or it has no such option.
    """
    if "type" not in config:
        raise ValueError(
            f"{kind} {name!r} has no type: {config}. If you meant to override an "
            f"entry, this config has: {', '.join(n for n in names if n != name)}. In "
            "a run of several stages, start the key with the stage's name."
        )
    cls = registry.get(config["type"]) if isinstance(config["type"], str) else None
    if cls is None:
        if isinstance(config["type"], str):
            known = sorted(registry.module_dict)
            shown = f" Known types: {', '.join(known)}." if len(known) < 20 else ""
            raise ValueError(
                f"{kind} {name!r} has the unknown type {config['type']!r}.{shown}"
                + did_you_mean(config["type"], known)
            )
        return
    options = _options(cls)
    if options is not None:
        given = (option for option in config if option != "type")
        check_known(f"{kind} {name!r} ({cls.__name__})", given, options)
    check_flags(f"{kind} {name!r}: ", cls, config)


def _options(cls: type) -> list[str] | None:
    """Names of a class's arguments; None if they cannot be told."""
    options: list[str] = []
    for base in cls.__mro__:
        if "__init__" not in vars(base):
            continue
        parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        named = [
            p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        options += [p.name for p in named if p.name not in options]
        if not any(p.kind == p.VAR_KEYWORD for p in parameters):
            return options
    return None


def check_wiring(model: nn.Module) -> None:
    """Check every name that an objective or a map of a UDASegmentor uses.

    Raises:
        ValueError: On the first name that does not exist, with a suggestion; if no
            objective is left; or if a head of the model would get no gradient.
        TypeError: If the logits of a segmentation head cannot be told.
    """
    if not len(model.objectives):
        raise ValueError(
            "UDASegmentor has no objective left, so there is nothing to train. Give at "
            "least one, such as objectives=dict(source=dict(type='Supervised'))."
        )
    for name, _ in model.segmentor.named_children():
        if name in PARTS and name != "data_preprocessor":
            raise ValueError(
                f"{type(model.segmentor).__name__} has a child called {name!r}, which "
                "in checkpoints is the name of a part of UDASegmentor. Rename it."
            )
    check_segmentation_heads(model.segmentor)
    seg_heads = list(segmentation_heads(model.segmentor))
    _check_views(model)
    trained: set[str] = set()
    for name, objective in model.objectives.items():
        _check_objective(model, f"objective {name!r}", objective, seg_heads)
        trained.update(_heads_behind(objective.loss_weight, model.segmentor))
        trained.update(objective.head_names())
        for view in views_behind(model.views, objective.views()):
            trained.update(heads_of(model.views[view]))
    _check_agreement(model)
    check_weights(model)
    heads = [name for name in model.heads if f"heads.{name}" not in model.frozen]
    _check_all_trained("heads", heads, trained)
    children = {id(child): name for name, child in model.segmentor.named_modules()}
    learning = [
        name
        for name, head in segmentation_heads(model.segmentor).items()
        if f"segmentor.{children[id(stages_of(head)[-1])]}" not in model.frozen
    ]
    _check_all_trained("segmentation heads", learning, trained)


def _check_agreement(model: nn.Module) -> None:
    """Check that maps read heads in the way that objectives train them."""
    for map_name, part in model.maps.items():
        for name, objective in model.objectives.items():
            shared = {*part.head_names()} & {*objective.head_names()}
            if not shared or getattr(objective, "through", None) is not None:
                continue  # there `sees` is of what lies behind the region head
            if getattr(objective, "discriminator_weight", 1) == 0:
                continue  # it trains no head
            for option in ("sees", "source_label", "gan"):
                ours = getattr(part, option, None)
                theirs = getattr(objective, option, None)
                if ours is not None and theirs is not None and ours != theirs:
                    raise ValueError(
                        f"map {map_name!r} and objective {name!r} share head "
                        f"{min(shared)!r}, but the map has {option}={ours!r}, the "
                        f"objective {theirs!r}; make them the same"
                    )


def _check_views(model: nn.Module) -> None:
    for name, view in model.views.items():
        _check_names(f"view {name!r}", "view", views_of(view), model.views)
        _check_names(f"view {name!r}", "head", heads_of(view), model.heads)
    views_behind(model.views, model.views)


def _check_objective(
    model: nn.Module, user: str, objective: nn.Module, seg_heads: list[str]
) -> None:
    _check_names(user, "view", objective.views(), model.views)
    _check_names(user, "map", objective.maps(), model.maps)
    _check_names(user, "head", objective.head_names(), model.heads)
    for names in (objective.loss_weight, objective.extra_seg_heads()):
        _check_names(user, "segmentation head", names, [*seg_heads, FUSED])
    objective.check(model.segmentor)
    parts = _check_maps(model, objective.maps(), ())
    objective.check_maps(parts)
    for map_name, part in parts.items():
        part.check(model.segmentor)
        mine = f"map {map_name!r}"
        _check_names(mine, "view", part.views(), model.views)
        _check_names(mine, "head", part.head_names(), model.heads)
        for seg_head in objective.loss_weight:
            if seg_head == FUSED and not part.takes_fused:
                raise ValueError(
                    f"{user} asks {mine} for the fused prediction; "
                    f"{type(part).__name__} is defined for single heads only."
                )
            extra = part.extra_seg_heads(seg_head)
            _check_names(mine, "segmentation head", extra, seg_heads)


def _check_maps(
    model: nn.Module, names: Iterable[str], users: tuple[str, ...]
) -> dict[str, nn.Module]:
    """Check that the maps behind maps exist and do not go round in circles."""
    parts = {}
    for name in names:
        if name in users:
            raise ValueError(
                f"map {name!r} is made of itself: {' -> '.join((*users, name))}"
            )
        part = parts[name] = model.maps[name]
        _check_names(f"map {name!r}", "map", part.maps(), model.maps)
        parts.update(_check_maps(model, part.maps(), (*users, name)))
    return parts


def _heads_behind(names: Iterable[str], segmentor: nn.Module) -> set[str]:
    """The segmentation heads that get gradient from objectives on these names."""
    heads = set(names)
    if FUSED in heads:
        heads.add("decode")
        if getattr(segmentor, "aux_weight", 0.5):
            heads.add("aux")
    return heads


def _check_names(
    user: str, kind: str, names: Iterable[str], known: Iterable[str]
) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise ValueError(
                f"{user} uses {kind} {name!r}; this config defines: "
                f"{', '.join(known) or 'none'}.{did_you_mean(name, known)}"
            )


def _check_all_trained(kind: str, names: list[str], trained: set[str]) -> None:
    idle = [name for name in names if name not in trained]
    if idle:
        raise ValueError(
            f"{kind} {', '.join(map(repr, idle))}: used by no objective, so never "
            "trained. Give an objective a loss_weight (or discriminator) for it, or "
            "remove it by setting it to None."
        )
