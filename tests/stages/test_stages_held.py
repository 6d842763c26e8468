"""Two processes cannot run the same stage of the same folder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from mmseg_uda.stages import Request, Resolver, StageError, run_stages
from mmseg_uda.stages.run.held import held

FLAGSHIP = Path(__file__).parents[2] / "configs/lcrf/mrnet_lcrf_gta.py"

HOLD = """
import sys, time
from pathlib import Path
from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.run.held import held
resolver = Resolver(Request(Path(sys.argv[1]), work_dir=Path(sys.argv[2])))
with held(resolver, resolver.stages):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def resolver(tmp_path):
    return Resolver(Request(FLAGSHIP, work_dir=tmp_path / "run"))


def test_held__stage_is_free_again_afterwards(resolver):
    first, second, third = resolver.stages
    with held(resolver, [first, second]):
        with (
            pytest.raises(StageError, match="another process is running stage 'pseu"),
            held(resolver, [third, second]),
        ):
            pytest.fail("two hold one stage")
        with held(resolver, [third]):  # nor did the attempt keep this one
            pass
    with held(resolver, resolver.stages):
        pass


def test_held__ends_with_a_killed_process(resolver):
    command = [sys.executable, "-c", HOLD, str(FLAGSHIP), str(resolver.work_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(StageError, match="stop it, or choose another --work-dir"),
            held(resolver, resolver.stages[:1]),
        ):
            pytest.fail("two hold one stage")
        other.send_signal(signal.SIGKILL)
        other.wait()
    with held(resolver, resolver.stages):
        pass


def test_held__not_where_files_cannot_be_locked(resolver, monkeypatch):
    def refuse(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with held(resolver, resolver.stages), held(resolver, resolver.stages):
        pass


def test_run_stages__leaves_a_running_stage_alone(resolver, tmp_path, monkeypatch):
    run = "mmseg_uda.stages.run.run"
    for check in ("fetch_weights", "check_stages", "draw_toycity", "check_data"):
        monkeypatch.setattr(f"{run}.{check}", lambda *_: None)
    folder = resolver.folder(resolver.stages[0])
    folder.mkdir(parents=True)
    (folder / "iter_1.pth").write_bytes(b"weights")
    with (
        held(resolver, resolver.stages[:1]),
        pytest.raises(StageError, match="another process is running stage 'stage_one'"),
    ):
        run_stages(resolver.request, restart=True)
    assert (folder / "iter_1.pth").read_bytes() == b"weights"
