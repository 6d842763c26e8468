"""Runs a function on several gloo ranks; for every test that is marked ``ddp``.

.. code-block:: python

    from gloo_ranks import run_ranks


    def train(rank, lr):  # at module level: the ranks import it by name
        ...
        return {"weights": weights}  # anything that can be pickled


    @pytest.mark.ddp
    def test_training__two_ranks():
        first, second = run_ranks(train, 0.1)

The ranks are forked from one server process that has imported the package once, so
only the first use in a test run pays for the imports.
"""

import multiprocessing
import os
import pickle
import socket
import tempfile
import time
import traceback
from pathlib import Path

import torch
import torch.distributed as dist
from mmengine.registry import init_default_scope


def run_ranks(function, *args, world_size=2, timeout=240, initialise=True):
    """Call ``function(rank, *args)`` in ``world_size`` processes.

    Args:
        function: Module-level function.
        *args: Picklable arguments.
        world_size: Number of processes.
        timeout: Seconds until the processes are ended and the test fails.
        initialise: Whether to start the gloo process group before the call. The
            variables that torchrun sets are there in any case.

    Returns:
        What each rank returned, by rank.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "mmseg_uda"])
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        ranks = [
            context.Process(
                target=_main,
                args=(function, args, r, world_size, port, folder, initialise),
            )
            for r in range(world_size)
        ]
        for rank in ranks:
            rank.start()
        try:
            _wait(ranks, time.monotonic() + timeout)
        finally:
            for rank in ranks:
                rank.kill()
                rank.join()
        errors = sorted(Path(folder).glob("*.error"))
        if errors or any(rank.exitcode for rank in ranks):
            codes = [rank.exitcode for rank in ranks]
            texts = "\n".join(f"{e.stem}: {e.read_text()}" for e in errors)
            raise AssertionError(f"ranks ended with {codes}\n{texts}")
        return [
            pickle.loads(Path(folder, f"{r}.result").read_bytes())
            for r in range(world_size)
        ]


def _wait(ranks, deadline):
    """Until all ranks have ended, one has failed, or the time is up."""
    while any(rank.is_alive() for rank in ranks):
        if time.monotonic() > deadline or any(rank.exitcode for rank in ranks):
            return
        time.sleep(0.05)


def _main(function, args, rank, world_size, port, folder, initialise):
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(world_size),
        LOCAL_WORLD_SIZE=str(world_size),
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=str(port),
        CUDA_VISIBLE_DEVICES="-1",
    )
    torch.set_num_threads(1)
    init_default_scope("mmseg")
    try:
        if initialise:
            dist.init_process_group("gloo")
        result = function(rank, *args)
        Path(folder, f"{rank}.result").write_bytes(pickle.dumps(result))
        if dist.is_initialized():
            dist.barrier()
            dist.destroy_process_group()
    except BaseException:
        Path(folder, f"rank {rank}.error").write_text(traceback.format_exc())
        os._exit(1)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
