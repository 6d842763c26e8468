"""Saving a training outside of its checkpoint hook."""

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.runner import Runner

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.finite import check_finite_weights


def save_iteration(runner: Runner) -> None:
    """Save all of a training as ``iter_N.pth``, from where it can be resumed.

    Called where the last iteration is over; the checkpoint becomes the newest one, and
    stands beside those that ``max_keep_ckpts`` counts.

    Raises:
        NonFiniteLossError: If a weight is not finite; nothing is saved then.
    """
    done = runner.iter
    check_finite_weights(runner.model.state_dict(), done)
    name = f"iter_{done}.pth"
    runner.save_checkpoint(
        runner.work_dir,
        name,
        save_param_scheduler=runner.param_schedulers is not None,
        meta={"epoch": runner.epoch, "iter": done},
        by_epoch=False,
        backend_args={"backend": "atomic"},
    )
    if is_main_process():
        write_atomic(
            Path(runner.work_dir, "last_checkpoint"), f"{runner.work_dir}/{name}"
        )
