"""Optimizers by parameter-name prefix."""

import torch.nn as nn
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from mmseg.registry import OPTIM_WRAPPER_CONSTRUCTORS, OPTIM_WRAPPERS, OPTIMIZERS

from mmseg_uda.utils.unwrapped import unwrapped

from .joint_optim_wrapper import JointOptimWrapper
from .parameter_groups import (
    OPTIONS,
    Named,
    longest_prefix,
    no_match,
    parameter_groups,
    told,
)

# options of a single optimizer wrapper, which here stand in each entry
_OF_AN_ENTRY = {"optimizer", "type", "clip_grad", "accumulative_counts", "loss_scale"}


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class UDAOptimWrapperConstructor:
    r"""Builds one optimizer per entry; every trainable parameter is in exactly one.

    .. code-block:: python

        optim_wrapper = dict(
            constructor='UDAOptimWrapperConstructor',
            segmentor=dict(type='OptimWrapper',
                           optimizer=dict(type='SGD', lr=2e-4, momentum=0.9),
                           lr_mults=dict(decode_head=10., auxiliary_head=10.)),
            heads=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4)))

    The keys are prefixes of parameter names (whole dotted parts; of several that fit
    the longest wins). An entry set to None is dropped, and so is a multiplier.
    An entry with ``optional=True`` is dropped where the model has no parameters for it,
    so that one schedule serves methods with different heads (the log says so).
    ``lr_mults`` maps a prefix *within* the entry to a factor on the entry's learning
    rate; parameters of one factor make one parameter group.

    ``layer_decay`` maps such a prefix to a :class:`LayerDecay`, whose factors multiply
    those of ``lr_mults``; ``no_decay`` says what weight decay leaves alone, as
    transformers are trained: with ``vectors=True`` all biases and scales of norms
    (tensors of one dimension), and the parameters that ``names`` fit.

    .. code-block:: python

        segmentor=dict(
            optimizer=dict(type='AdamW', lr=1e-4, weight_decay=0.05),
            lr_mults=dict(decode_head=10., auxiliary_head=10.),
            layer_decay=dict(backbone=dict(rate=0.9, layers=r'blocks\.(\d+)')),
            no_decay=dict(vectors=True, names=('*.pos_embed', '*.cls_token')))

    A factor of k is not all that AdaptSegNet's code does, which lists most parameters
    of the trunk k = 3 times, so that SGD steps on them as often: it moves a weight as
    far in the end (and decays it k times), but momentum decays once an iteration
    and not k times. ``configs/adaptseg/README.md`` has the factors and the differences.

    Args:
        optim_wrapper_cfg: The entries. Each is the config of an optimizer wrapper
            (``type`` defaults to ``'OptimWrapper'``) with ``optimizer`` and, if
            wanted, ``lr_mults``, ``layer_decay``, ``no_decay`` and ``optional``.
        paramwise_cfg: Must be None; mmengine's own way to set learning rates makes
            one group per parameter.

    Raises:
        ValueError: If ``paramwise_cfg`` is given, or an entry is no optimizer wrapper.
    """

    def __init__(
        self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None
    ) -> None:
        if paramwise_cfg is not None:
            raise ValueError(
                "UDAOptimWrapperConstructor takes no paramwise_cfg; write "
                "lr_mults=dict(prefix=factor) into the entry instead"
            )
        self.entries = {k: v for k, v in optim_wrapper_cfg.items() if v is not None}
        if not self.entries:
            raise ValueError(
                "optim_wrapper has no entry; name at least one module to train, e.g. "
                "segmentor=dict(optimizer=dict(type='SGD', lr=2e-4))"
            )
        for name, entry in self.entries.items():
            if not isinstance(entry, dict) or "optimizer" not in entry:
                raise ValueError(_no_entry(name, entry, optim_wrapper_cfg))
            if entry.get("optional", False) not in (True, False, None):
                raise ValueError(
                    f"optim_wrapper entry '{name}': optional must be True or False, "
                    f"got {entry['optional']!r}"
                )

    def __call__(self, model: nn.Module) -> OptimWrapper:
        """Build the optimizers for a model (wrapped for DDP or not).

        Returns:
            A :class:`JointOptimWrapper`, or the wrapper itself if there is one entry.

        Raises:
            ValueError: If a trainable parameter belongs to no entry, an entry (unless
                it is optional), a multiplier, a layer decay or a name in ``no_decay``
                to no trainable parameter, or one of these has a wrong value.
        """
        model = unwrapped(model)
        claimed = self._claim(model)
        wrappers = {k: self._build(k, params, model) for k, params in claimed.items()}
        if len(wrappers) == 1:
            return next(iter(wrappers.values()))
        return JointOptimWrapper(**wrappers)

    def _claim(self, model: nn.Module) -> dict[str, Named]:
        claimed: dict[str, Named] = {name: [] for name in self.entries}
        unclaimed = []
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue
            prefix = longest_prefix(name, self.entries)
            if prefix is None:
                unclaimed.append(name)
            else:
                claimed[prefix].append((name, parameter))
        modules = [name for name, _ in model.named_modules() if name]
        for prefix in [prefix for prefix, found in claimed.items() if not found]:
            if not self.entries[prefix].get("optional"):
                raise ValueError(no_match("entry", prefix, modules, self.entries))
            print_log(f"optimizer '{prefix}' is optional: no such part", "current")
            del claimed[prefix]
        if unclaimed:
            raise ValueError(
                f"{len(unclaimed)} trainable parameter(s) belong to no optim_wrapper "
                f"entry, e.g. {', '.join(unclaimed[:5])}; the entries are "
                f"{', '.join(self.entries)}. Add an entry, or freeze them."
            )
        return claimed

    def _build(self, name: str, parameters: Named, model: nn.Module) -> OptimWrapper:
        cfg = dict(self.entries[name])
        cfg.pop("optional", None)
        optimizer_cfg = dict(cfg.pop("optimizer"))
        options = {key: cfg.pop(key, None) for key in OPTIONS}
        groups = parameter_groups(name, parameters, options, optimizer_cfg, model)
        optimizer = OPTIMIZERS.build({**optimizer_cfg, "params": groups})
        cfg.setdefault("type", "OptimWrapper")
        count = sum(p.numel() for _, p in parameters)
        print_log(
            f"optimizer '{name}': {type(optimizer).__name__}, {len(parameters)} "
            f"tensors, {count:,} parameters; " + told(optimizer.param_groups),
            logger="current",
        )
        return OPTIM_WRAPPERS.build(cfg, default_args={"optimizer": optimizer})


def _no_entry(name: str, entry: object, given: dict) -> str:
    message = (
        f"optim_wrapper entry '{name}' must be a dict with an 'optimizer', got "
        f"{entry!r}. With this constructor every key but 'constructor' is a "
        "parameter-name prefix"
    )
    entries = [k for k, v in given.items() if isinstance(v, dict) and "optimizer" in v]
    if name in _OF_AN_ENTRY and entries:
        below = f".{next(iter(entry))}" if isinstance(entry, dict) and entry else ""
        places = " or ".join(f"optim_wrapper.{e}.{name}{below}" for e in entries)
        message += f", and each has its own '{name}': set {places}"
    return f"{message}; drop an inherited one by {name}=None."
