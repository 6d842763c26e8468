"""Stop a run whose loss is no longer a number, and say which objective it was."""

import torch
from mmengine.logging import MessageHub
from torch import Tensor


class NonFiniteLossError(RuntimeError):
    """A loss or a weight is NaN or infinite; training must not go on."""


def check_finite(losses: dict[str, Tensor | list[Tensor]]) -> None:
    """Raise if a loss term is NaN or infinite, *before* its backward pass.

    Called on the raw loss dictionary, so that no optimizer has stepped yet: the
    weights, and the newest checkpoint, are still those of the last good iteration.
    The usual case costs one device synchronisation.

    Args:
        losses: Loss terms as a model's ``loss`` returns them: name to tensor of any
            shape or list of such tensors. As in mmengine only keys that contain
            ``'loss'`` are summed, hence only they are checked; the part of a key
            before the first dot names the objective.

    Raises:
        NonFiniteLossError: If a checked term is not finite. Names the objectives, the
            terms with their values, the terms that are finite, and the iteration.
    """
    means = {key: _mean(value) for key, value in losses.items() if "loss" in key}
    if not means or bool(torch.isfinite(torch.stack(list(means.values()))).all()):
        return
    values = {key: mean.item() for key, mean in means.items()}
    bad = {k: v for k, v in values.items() if not _is_finite(v)}
    good = {k: v for k, v in values.items() if _is_finite(v)}
    objectives = sorted({key.split(".")[0] for key in bad})
    iteration = MessageHub.get_current_instance().get_info("iter", "unknown")
    raise NonFiniteLossError(
        f"non-finite loss at iteration {iteration} in objective(s) "
        f"{', '.join(objectives)}: {_format(bad)}. Still finite: "
        f"{_format(good) or 'none'}. No weight was updated in this iteration. Look at "
        "the learning rates and loss weights of the objectives named here, at the "
        "labels and images of this batch, and, with AMP, at overflow in half "
        "precision (try dtype='bfloat16')."
    )


def check_finite_weights(state: dict[str, Tensor], iteration: int) -> None:
    """Raise if a weight is NaN or infinite, so that it is never saved over a good one.

    A finite loss can have a non-finite gradient; the next iteration would find out,
    but a checkpoint taken in between would replace the last usable one.

    Args:
        state: State dict of the model; only floating-point tensors are looked at.
        iteration: Number of finished iterations, for the message.

    Raises:
        NonFiniteLossError: If a tensor has a NaN or infinite entry; names up to five.
    """
    bad = not_finite(state)
    if bad:
        raise NonFiniteLossError(
            f"{len(bad)} weight tensor(s) are NaN or infinite after iteration "
            f"{iteration}, e.g. {', '.join(bad[:5])}: the last gradients were not "
            "finite although the losses were. This checkpoint was not written; the "
            "previous one, if any, is untouched. Lower the learning rate or set "
            "clip_grad in the optim_wrapper entry."
        )


def not_finite(state: dict[str, Tensor]) -> list[str]:
    """Return the names of the tensors that have a NaN or infinite entry."""
    floats = {k: v for k, v in state.items() if torch.is_floating_point(v)}
    if not floats:
        return []
    finite = torch.stack([torch.isfinite(v).all() for v in floats.values()]).tolist()
    return [key for key, ok in zip(floats, finite, strict=True) if not ok]


def _mean(value: Tensor | list[Tensor]) -> Tensor:
    if isinstance(value, Tensor):
        return value.detach().float().mean()
    return torch.stack([v.detach().float().mean() for v in value]).sum()


def _is_finite(value: float) -> bool:
    return value - value == 0.0


def _format(values: dict[str, float]) -> str:
    return ", ".join(f"{key}={value:.6g}" for key, value in values.items())
