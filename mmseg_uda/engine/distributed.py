"""Starting and ending distributed runs, on GPUs and on CPUs alike."""

import os
from datetime import timedelta

import torch
import torch.distributed as dist
from mmengine.config import Config

_TORCHRUN_VARIABLES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


def prepare_distributed(launcher: str, cfg: Config) -> None:
    """Check the devices asked for and, without a GPU, start gloo before the Runner.

    mmengine calls CUDA whenever it starts a process group and gives DDP a device id,
    so several ranks on CPUs need both done differently. With GPUs nothing is started
    here and the Runner does as always. Call it once per process, before the first
    Runner; several Runners may then follow each other in the process.

    Args:
        launcher: ``'none'``, ``'pytorch'`` (torchrun), ``'slurm'`` or ``'mpi'``.
        cfg: Config of the run. Read: ``device`` (``'cuda'``, ``'cpu'`` or absent for
            whatever is there), ``optim_wrapper`` and ``env_cfg.dist_cfg.timeout``
            (seconds). Without a GPU and with a launcher, ``model_wrapper_cfg`` is set.

    Raises:
        ValueError: If a GPU is asked for where there is none, if more processes than
            GPUs are started on this machine, or if the launcher cannot work here.
    """
    _check_device(cfg)
    if launcher == "none":
        return
    if launcher == "pytorch":
        _check_torchrun()
    if torch.cuda.is_available():
        _check_gpu_count()
        return
    if launcher != "pytorch":
        raise ValueError(
            f"launcher='{launcher}' starts CUDA processes, but no GPU is visible. Use "
            "launcher='pytorch' (tools/dist_train.sh CONFIG N) to train on CPUs."
        )
    if not dist.is_initialized():
        dist.init_process_group("gloo", **_timeout(cfg))
    set_cpu_model_wrapper(cfg)


def set_cpu_model_wrapper(cfg: Config) -> None:
    """Make the Runner wrap models for CPUs: no device ids, BN statistics per rank.

    A Runner with ``model_wrapper_cfg`` drops its own defaults, hence all are named.
    Entries of an existing ``model_wrapper_cfg`` are kept, apart from the device ids.

    Args:
        cfg: Config of the run; changed in place. Every config that is run after
            :func:`prepare_distributed` (one per stage) needs it.
    """
    if torch.cuda.is_available() or not dist.is_initialized():
        return
    cfg.model_wrapper_cfg = {
        "type": "MMDistributedDataParallel",
        "broadcast_buffers": False,
        "find_unused_parameters": cfg.get("find_unused_parameters", False),
        **(cfg.get("model_wrapper_cfg") or {}),
        "device_ids": None,
    }


def shutdown_distributed() -> None:
    """Wait for all ranks and end the process group; does nothing without one.

    Without it one rank may tear down its threads while another still talks to it and
    abort *after* a run that succeeded. Call it at the end of a successful run only:
    a rank that failed never reaches the barrier, and torchrun ends the others.
    """
    if dist.is_available() and dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


def _check_device(cfg: Config) -> None:
    device = cfg.get("device")
    available = torch.cuda.is_available()
    if device not in (None, "cuda", "cpu"):
        raise ValueError(
            f"device must be 'cuda', 'cpu' or left out, got {device!r}. Choose single "
            "GPUs with the environment variable CUDA_VISIBLE_DEVICES."
        )
    if device == "cpu" and available:
        raise ValueError(
            "device='cpu', but GPUs are visible and would be used. Hide them: "
            "CUDA_VISIBLE_DEVICES=-1 tools/..."
        )
    if available:
        return
    reason = "this torch build has no CUDA" if torch.version.cuda is None else ""
    if device == "cuda":
        raise ValueError(
            "device='cuda', but no GPU is visible"
            f"{f' ({reason})' if reason else ''}. Leave `device` out to train on the "
            "CPU, or check nvidia-smi and CUDA_VISIBLE_DEVICES."
        )
    if _asks_for_amp(cfg.get("optim_wrapper")):
        raise ValueError(
            "the optim_wrapper uses AmpOptimWrapper, which needs a GPU, but none is "
            f"visible{f' ({reason})' if reason else ''}. Drop --amp or use "
            "type='OptimWrapper'."
        )


def _asks_for_amp(optim_wrapper: dict | None) -> bool:
    if not optim_wrapper:
        return False
    entries = [optim_wrapper, *optim_wrapper.values()]
    return any(
        isinstance(e, dict) and e.get("type") == "AmpOptimWrapper" for e in entries
    )


def _check_torchrun() -> None:
    missing = [name for name in _TORCHRUN_VARIABLES if name not in os.environ]
    if missing:
        raise ValueError(
            f"launcher='pytorch', but the variables {', '.join(missing)} that torchrun "
            "sets are missing. Start the run with tools/dist_train.sh CONFIG N, or use "
            "launcher='none' for one process."
        )


def _check_gpu_count() -> None:
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    gpus = torch.cuda.device_count()
    if processes > gpus:
        raise ValueError(
            f"{processes} processes were started on this machine, but {gpus} GPU(s) "
            f"are visible. Start at most {gpus}, or hide the GPUs "
            "(CUDA_VISIBLE_DEVICES=-1) to train on CPUs."
        )


def _timeout(cfg: Config) -> dict[str, timedelta]:
    seconds = cfg.get("env_cfg", {}).get("dist_cfg", {}).get("timeout")
    return {} if seconds is None else {"timeout": timedelta(seconds=seconds)}
