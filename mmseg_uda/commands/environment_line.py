"""What a run has to do with: packages and hardware, in one line."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version

import torch

from mmseg_uda.version import __version__

_PACKAGES = (
    ("torch", ("torch",)),
    ("mmengine", ("onedl-mmengine", "mmengine")),
    ("mmcv", ("onedl-mmcv", "mmcv")),
    ("mmseg", ("onedl-mmsegmentation", "mmsegmentation")),
)


def environment_line() -> str:
    """Return the versions of the packages, the cores, the memory and the GPUs."""
    parts = [f"mmseg_uda {__version__}"]
    parts += [f"{name} {_version(of)}" for name, of in _PACKAGES]
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts.append(f"{cores} cores, {memory:.0f} GiB")
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return "; ".join([", ".join(parts), ", ".join(gpus) or "no GPU"])


def _version(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "of unknown version"
