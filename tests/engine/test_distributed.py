import pytest
import torch
from mmengine.config import Config

from mmseg_uda.engine import distributed


@pytest.fixture
def gpus(monkeypatch):
    """Pretend that this machine has a number of GPUs."""

    def pretend(count):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)

    return pretend


@pytest.fixture
def torchrun(monkeypatch):
    """Set the variables that torchrun sets."""

    def start(processes):
        for name in ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
            monkeypatch.setenv(name, "0")
        monkeypatch.setenv("WORLD_SIZE", str(processes))
        monkeypatch.setenv("LOCAL_WORLD_SIZE", str(processes))

    return start


AMP = {"heads": {"type": "AmpOptimWrapper", "optimizer": {}}}


@pytest.mark.parametrize(
    ("cfg", "message"),
    [
        ({"device": "cuda"}, "device='cuda', but no GPU is visible"),
        ({"device": "cuda:1"}, "must be 'cuda', 'cpu' or left out, got 'cuda:1'"),
        ({"optim_wrapper": AMP}, "AmpOptimWrapper, which needs a GPU"),
        ({"optim_wrapper": AMP["heads"]}, "AmpOptimWrapper, which needs a GPU"),
    ],
)
def test_prepare__gpu_asked_for_where_there_is_none(gpus, cfg, message):
    gpus(0)
    with pytest.raises(ValueError, match=message):
        distributed.prepare_distributed("none", Config(cfg))


@pytest.mark.parametrize("cfg", [{}, {"device": "cpu"}, {"device": None}])
def test_prepare__one_process_needs_nothing(gpus, cfg):
    gpus(0)
    config = Config(cfg)
    distributed.prepare_distributed("none", config)
    assert config.to_dict() == cfg


def test_prepare__cpu_asked_for_but_gpus_would_be_used(gpus):
    gpus(1)
    with pytest.raises(ValueError, match="CUDA_VISIBLE_DEVICES=-1"):
        distributed.prepare_distributed("none", Config({"device": "cpu"}))


def test_prepare__more_processes_than_gpus(gpus, torchrun):
    gpus(2)
    torchrun(4)
    with pytest.raises(ValueError, match=r"4 processes.*2 GPU\(s\)"):
        distributed.prepare_distributed("pytorch", Config())


def test_prepare__gpus_are_left_to_the_runner(gpus, torchrun):
    gpus(2)
    torchrun(2)
    cfg = Config()
    distributed.prepare_distributed("pytorch", cfg)
    assert not torch.distributed.is_initialized()
    assert "model_wrapper_cfg" not in cfg


def test_prepare__not_started_by_torchrun(gpus, monkeypatch):
    gpus(0)
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(ValueError, match=r"RANK.*tools/dist_train\.sh"):
        distributed.prepare_distributed("pytorch", Config())


def test_prepare__slurm_without_gpu(gpus):
    gpus(0)
    with pytest.raises(ValueError, match="launcher='slurm' starts CUDA processes"):
        distributed.prepare_distributed("slurm", Config())


def test_shutdown__without_process_group():
    distributed.shutdown_distributed()
