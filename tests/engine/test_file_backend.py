import subprocess
import sys

import pytest
import torch
from mmengine.fileio import get_file_backend
from mmengine.runner import save_checkpoint

from mmseg_uda.engine.checkpoints import find_resumable
from mmseg_uda.weights.weight_files import is_intact

# Writes checkpoints as fast as it can in a child that is killed at a random moment.
KILLED_WRITER = """
import os, random, signal, sys, time
import torch
from mmengine.runner import save_checkpoint
from mmseg_uda.engine.checkpoints import find_resumable
from mmseg_uda.weights.weight_files import is_intact

folder = sys.argv[1]
random.seed(0)
for trial in range(12):
    child = os.fork()
    if child == 0:
        step = 100 * trial
        while True:
            step += 1
            state = {"state_dict": torch.full((500_000,), float(step))}
            path = f"{folder}/iter_{step}.pth"
            save_checkpoint(state, path, backend_args={"backend": "atomic"})
            time.sleep(0.005)
    while find_resumable(folder) is None:
        time.sleep(0.01)
    time.sleep(random.uniform(0.0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    path = find_resumable(folder)
    step = int(path.rsplit("_", 1)[1][:-4])
    assert (torch.load(path)["state_dict"] == step).all()
print("checked", step)
"""


def test_backend__is_found_by_name(tmp_path):
    backend = get_file_backend(str(tmp_path), backend_args={"backend": "atomic"})
    backend.put(b"x", tmp_path / "x")
    backend.put_text("y", tmp_path / "y")
    assert backend.get(tmp_path / "x") == b"x"
    assert backend.get_text(tmp_path / "y") == "y"


def test_find_resumable__newest_complete_by_number(tmp_path):
    assert find_resumable(tmp_path / "missing") is None
    assert find_resumable(tmp_path) is None
    for step in (900, 1000, 20):
        save_checkpoint({"w": torch.ones(9)}, str(tmp_path / f"iter_{step}.pth"))
    (tmp_path / "best_mIoU_iter_5000.pth").touch()
    (tmp_path / "last_checkpoint").write_text("/elsewhere/iter_20.pth")
    assert find_resumable(tmp_path) == str(tmp_path / "iter_1000.pth")


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_find_resumable__skips_truncated(tmp_path, part):
    for step in (1, 2):
        save_checkpoint({"w": torch.ones(99)}, str(tmp_path / f"iter_{step}.pth"))
    path = tmp_path / "iter_2.pth"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert not is_intact(path)
    assert find_resumable(tmp_path) == str(tmp_path / "iter_1.pth")
    assert path.exists(), "what is not understood is not deleted"


@pytest.mark.slow
def test_backend__killed_while_writing(tmp_path):
    command = [sys.executable, "-c", KILLED_WRITER, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "checked" in done.stdout
