"""Running the tools in processes of their own, on a handful of pictures."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLAGSHIP = ROOT / "configs" / "lcrf" / "mrnet_lcrf_gta.py"
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHON": sys.executable,
    "PYTHONPATH": str(ROOT),
    "PORT": str(20000 + os.getpid() % 20000),
}
# three stages of four iterations on batches of 1 + 1
SHORT = [
    "toy.iters=4",
    "default_hooks.checkpoint.interval=1",
    "default_hooks.logger.interval=1",
    "train_cfg.val_interval=2",
    "train_dataloader.batch_size=2",
    "train_dataloader.sampler.samples_per_domain.source=1",
    "train_dataloader.sampler.samples_per_domain.target=1",
]


def arguments(toy_root, work_dir, *more):
    """Arguments of train.py for a short run of the flagship."""
    fixed = [
        FLAGSHIP,
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
        "--work-dir",
        work_dir,
    ]
    return [str(value) for value in (*fixed, *more, "--cfg-options", *SHORT)]


def run(*command):
    """Run a command; return exit code and everything it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=400,
        check=False,
    )
    return done.returncode, done.stdout


def train(*args):
    """Run tools/train.py."""
    return run(sys.executable, ROOT / "tools" / "train.py", *args)


def train_until(path, *args):
    """Run tools/train.py and SIGKILL it, workers included, once ``path`` exists."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "train.py"), *args],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 300
    try:
        while not path.exists() and process.poll() is None:
            assert time.monotonic() < end, f"{path} did not appear"
            time.sleep(0.01)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert path.exists(), f"train.py ended with {process.returncode} before {path}"
