"""Several optimizers, one backward pass."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch.nn as nn
from mmengine.optim import AmpOptimWrapper, OptimWrapper, OptimWrapperDict
from mmseg.registry import OPTIM_WRAPPERS
from torch import Tensor


@OPTIM_WRAPPERS.register_module()
class JointOptimWrapper(OptimWrapperDict):
    """Steps several optimizers after one backward pass of one summed loss.

    Where the adversarial terms route their own gradients (the fooling term runs the
    head with detached parameters, the head's own term sees detached predictions) this
    *is* the published order "segmentor first, then discriminators on the predictions
    made before": both updates are computed at the same parameters. One forward and
    one backward per iteration is also what DistributedDataParallel expects.

    With ``AmpOptimWrapper`` entries the loss is scaled once, so all entries share one
    ``GradScaler``: per optimizer unscale, clip and step, then one update of the scale.
    An optimizer with non-finite gradients skips its step and the others do not, as
    usual in PyTorch.

    Gradient norms of entries with ``clip_grad`` are logged as ``<entry>.grad_norm``.

    Args:
        **optim_wrappers: Wrapper of each entry, by name.

    Raises:
        ValueError: If there is no entry, if entries accumulate gradients over
            different numbers of iterations, or if only some use AMP or use it with
            different settings.
    """

    def __init__(self, **optim_wrappers: OptimWrapper) -> None:
        super().__init__(**optim_wrappers)
        if not optim_wrappers:
            raise ValueError("JointOptimWrapper needs at least one optimizer wrapper")
        self._lead = next(iter(optim_wrappers.values()))
        self._check_counts()
        self._scaler = self._share_scaler()
        for name, wrapper in self.items():
            if wrapper.clip_grad_kwargs:
                wrapper.grad_name = f"{name}.{wrapper.grad_name}"

    def update_params(
        self,
        loss: Tensor,
        step_kwargs: dict | None = None,
        zero_kwargs: dict | None = None,
    ) -> None:
        """Backward once; when a full batch is accumulated, step and zero all.

        Args:
            loss: Sum of all loss terms, scalar.
            step_kwargs: Passed to every optimizer's ``step``.
            zero_kwargs: Passed to every optimizer's ``zero_grad``.
        """
        self.backward(self.scale_loss(loss))
        if self.should_update():
            self.step(**(step_kwargs or {}))
            self.zero_grad(**(zero_kwargs or {}))

    def backward(self, loss: Tensor, **kwargs) -> None:
        """Backpropagate, through the shared loss scale if there is one."""
        scaled = loss if self._scaler is None else self._scaler.scale(loss)
        scaled.backward(**kwargs)
        for wrapper in self.values():
            wrapper._inner_count += 1

    def step(self, **kwargs) -> None:
        """Clip and step every optimizer."""
        if self._scaler is None:
            for wrapper in self.values():
                wrapper.step(**kwargs)
            return
        for wrapper in self.values():
            if wrapper.clip_grad_kwargs:
                self._scaler.unscale_(wrapper.optimizer)
                wrapper._clip_grad()
            self._scaler.step(wrapper.optimizer, **kwargs)
        self._scaler.update(self._lead._scale_update_param)

    def zero_grad(self, **kwargs) -> None:
        """Clear the gradients of every optimizer's parameters."""
        for wrapper in self.values():
            wrapper.zero_grad(**kwargs)

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocast and delayed gradient exchange, the same for all entries."""
        with self._lead.optim_context(model):
            yield

    def initialize_count_status(
        self, model: nn.Module, init_counts: int, max_counts: int
    ) -> None:
        """Tell every entry at which iteration the run starts and ends."""
        for wrapper in self.values():
            wrapper.initialize_count_status(model, init_counts, max_counts)

    def should_update(self) -> bool:
        """Whether enough gradients are accumulated for a step."""
        return self._lead.should_update()

    def should_sync(self) -> bool:
        """Whether the coming backward pass exchanges gradients between ranks."""
        return self._lead.should_sync()

    def scale_loss(self, loss: Tensor) -> Tensor:
        """Divide by the number of iterations that gradients are accumulated over."""
        return self._lead.scale_loss(loss)

    @property
    def inner_count(self) -> int:
        """Number of backward passes so far."""
        return self._lead.inner_count

    def get_lr(self) -> dict[str, list[float]]:
        """Learning rates as ``<entry>.lr``, the one without multiplier first.

        The log shows the first value of each list.
        """
        rates = {}
        for name, wrapper in self.items():
            lr = wrapper.get_lr()
            rates[f"{name}.lr"] = [*lr.get("base_lr", []), *lr["lr"]]
        return rates

    def load_state_dict(self, state_dict: dict[str, dict]) -> None:
        """Restore every entry.

        Raises:
            ValueError: If the entries of the checkpoint are not those of this wrapper.
        """
        if set(state_dict) != set(self.keys()):
            raise ValueError(
                "the checkpoint holds optimizer states for "
                f"{', '.join(map(str, state_dict)) or 'nothing'}, but this config "
                f"trains {', '.join(self.keys())}. Resume with the config that wrote "
                "the checkpoint, or use it as load_from to start with new optimizers."
            )
        # AmpOptimWrapper takes keys out of the dictionary it is given.
        super().load_state_dict({k: dict(v) for k, v in state_dict.items()})

    def _check_counts(self) -> None:
        counts = {name: w._accumulative_counts for name, w in self.items()}
        if len(set(counts.values())) > 1:
            raise ValueError(
                "all optim_wrapper entries share one backward pass, so their "
                f"accumulative_counts must be equal, got {counts}"
            )

    def _share_scaler(self):
        amp = {k: w for k, w in self.items() if isinstance(w, AmpOptimWrapper)}
        if not amp:
            return None
        if len(amp) < len(self):
            raise ValueError(
                "all optim_wrapper entries share one backward pass, so all or none "
                f"must use AmpOptimWrapper, got it only for {', '.join(amp)}"
            )
        settings = {
            name: (w.cast_dtype, w._scale_update_param, w.loss_scaler.state_dict())
            for name, w in amp.items()
        }
        first, *others = settings.values()
        if any(other != first for other in others):
            raise ValueError(
                "all optim_wrapper entries share one loss scale, so their loss_scale "
                f"and dtype must be equal, got {settings}"
            )
        for wrapper in amp.values():
            wrapper.loss_scaler = self._lead.loss_scaler
        return self._lead.loss_scaler
