"""Parameter groups of one optimizer: rates and weight decay by name."""

import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import torch.nn as nn

from mmseg_uda.utils.suggestions import did_you_mean

from .layer_decay import LayerDecay

Named = list[tuple[str, nn.Parameter]]
#: Options of an entry that say how its parameters are grouped.
OPTIONS = ("lr_mults", "layer_decay", "no_decay")
_LISTED = 8


def parameter_groups(
    entry: str, parameters: Named, options: dict, optimizer_cfg: dict, model: nn.Module
) -> list[dict]:
    """Sort an entry's parameters into one group per rate and weight decay.

    Args:
        entry: Name of the entry, with which the names of its parameters begin.
        parameters: What it trains.
        options: The ``lr_mults``, ``layer_decay`` and ``no_decay`` of the entry.
        optimizer_cfg: Config of its optimizer.
        model: The model.

    Returns:
        The groups, that of factor 1 first.

    Raises:
        ValueError: If an option has a wrong value, or a name in it fits nothing.
    """
    mults = _given(options.get("lr_mults"))
    decays = _given(options.get("layer_decay"))
    no_decay = options.get("no_decay")
    if not mults and not decays and no_decay is None:
        return [{"params": [p for _, p in parameters]}]
    if (mults or decays) and "lr" not in optimizer_cfg:
        option = "lr_mults" if mults else "layer_decay"
        raise ValueError(f"optim_wrapper entry '{entry}' has {option}, but no lr")
    _check_mults(entry, mults)
    own = [(name.removeprefix(f"{entry}."), p) for name, p in parameters]
    for option, prefixes in (("lr_mults", mults), ("layer_decay", decays)):
        _check_claims(entry, [name for name, _ in own], option, prefixes, model)
    used = {prefix: float(factor) for prefix, factor in mults.items()}
    layered = _layer_factors(entry, decays, model)
    spared = _without_decay(entry, own, no_decay)
    groups: dict[tuple[float, bool], list] = {}
    for name, parameter in own:
        factor = used.get(longest_prefix(name, used) or "", 1.0)
        factor *= layered.get(name, 1.0)
        groups.setdefault((factor, name in spared), []).append(parameter)
    lr = optimizer_cfg.get("lr")
    return [
        _as_group(params, lr, key, used)
        for key, params in sorted(groups.items(), key=lambda g: _rank(g[0], decays))
    ]


def told(groups: Sequence[Mapping[str, Any]]) -> str:
    """Say in a line which groups an optimizer has."""
    if len(groups) <= _LISTED:
        return ", ".join(g.get("name", f"lr {g.get('lr')}") for g in groups)
    rates = [g["lr"] for g in groups]
    return f"{len(groups)} groups, lr {min(rates):.3g} to {max(rates):.3g}"


def longest_prefix(name: str, prefixes: Mapping[str, Any]) -> str | None:
    """Return the longest prefix, in whole dotted parts, that a name has."""
    fits = [p for p in prefixes if name == p or name.startswith(f"{p}.")]
    return max(fits, key=len, default=None)


def no_match(what: str, prefix: str, modules: Sequence[str], given: Mapping) -> str:
    """Say why a prefix claims no trainable parameter."""
    if prefix in modules:
        reason = "all its parameters are frozen or belong to a longer prefix"
    else:
        top = sorted({name.split(".")[0] for name in modules})
        hint = did_you_mean(prefix, modules, cutoff=0.5)
        reason = f"the model has no such module; it has {', '.join(top)}.{hint}"
    return (
        f"optim_wrapper {what} '{prefix}' claims no trainable parameter: {reason} "
        f"(given: {', '.join(given)}; drop one by {prefix}=None)"
    )


def _given(option: Mapping[str, Any] | None) -> dict[str, Any]:
    """Drop what is set to None."""
    return {k: v for k, v in (option or {}).items() if v is not None}


def _check_mults(entry: str, mults: Mapping[str, float]) -> None:
    for prefix, factor in mults.items():
        if not factor > 0:
            raise ValueError(
                f"lr_mults of '{entry}': the factor of '{prefix}' must be > 0, got "
                f"{factor} (freeze the module to leave it untrained)"
            )


def _check_claims(
    entry: str, names: Sequence[str], option: str, prefixes: dict, model: nn.Module
) -> None:
    """Check that every prefix of an option has something that is trained."""
    claimed = {longest_prefix(name, prefixes) for name in names}
    for prefix in prefixes:
        if prefix not in claimed:
            modules = _below(entry, [name for name, _ in model.named_modules()])
            raise ValueError(no_match(f"{entry}.{option}", prefix, modules, prefixes))


def _below(entry: str, names: Sequence[str]) -> list[str]:
    start = f"{entry}."
    return [name.removeprefix(start) for name in names if name.startswith(start)]


def _layer_factors(entry: str, decays: dict, model: nn.Module) -> dict[str, float]:
    """Return the factors of layer-wise decay by name below the entry."""
    factors: dict[str, float] = {}
    names = _below(entry, [name for name, _ in model.named_parameters()])
    for prefix, config in decays.items():
        inside = [name for name in names if longest_prefix(name, decays) == prefix]
        try:
            factors |= LayerDecay.of(config).factors(inside)
        except ValueError as error:
            raise ValueError(
                f"optim_wrapper {entry}.layer_decay of '{prefix}': {error}"
            ) from error
    return factors


def _without_decay(entry: str, parameters: Named, option: Any) -> set[str]:
    """Return the names of parameters that weight decay leaves alone."""
    if option is None:
        return set()
    keys = {"vectors", "names"}
    if not isinstance(option, Mapping) or not set(option) <= keys:
        raise ValueError(
            f"no_decay of '{entry}' must be dict(vectors=True or False, names=(shell "
            f"patterns of parameter names, ...)), got {option!r}"
        )
    patterns = option.get("names") or ()
    patterns = [patterns] if isinstance(patterns, str) else list(patterns)
    names = [name for name, _ in parameters]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ValueError(
                f"no_decay of '{entry}': {pattern!r} fits no parameter that is "
                f"trained; they are {', '.join(names[:4])}, ..."
                + did_you_mean(pattern, names)
            )
    return {
        name
        for name, parameter in parameters
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        or (option.get("vectors") and parameter.ndim <= 1)
    }


def _rank(key: tuple[float, bool], decays: dict) -> tuple:
    """Sort factor 1 first; the log shows the rate of the first group."""
    factor, spared = key
    # with factors on both sides of 1 the nearest says most
    return (factor != 1.0, abs(math.log(factor)) if decays else factor, spared)


def _as_group(
    params: list, lr: float | None, key: tuple[float, bool], used: Mapping
) -> dict:
    factor, spared = key
    group = {"params": params}
    name = "no rate"
    if lr is not None:
        prefixes = [prefix for prefix, value in used.items() if value == factor]
        group["lr"] = lr * factor
        name = f"lr {lr * factor:g}" + (f" ({', '.join(prefixes)})" if prefixes else "")
    group["name"] = name
    if spared:
        group |= {"weight_decay": 0.0, "name": f"{name}, no weight decay"}
    return group
