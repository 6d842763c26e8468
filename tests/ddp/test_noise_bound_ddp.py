"""Two ranks find the noise bound of one process."""

import json
from pathlib import Path

import pytest
from bound_toys import bound_model, find
from gloo_ranks import run_ranks


def found(rank, folder):
    model = bound_model()
    find(model, folder)
    return model.maps["lipschitz"].noise.eps, model.maps["lipschitz"].found_eps.item()


@pytest.mark.ddp
def test_noise_bound__two_ranks_as_one_process(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    one = found(None, str(folders[0]))
    assert run_ranks(found, str(folders[1])) == [one, one]
    first, second = (
        json.loads(Path(folder, "noise_bound.json").read_text())["lipschitz"]
        for folder in folders
    )
    assert first == pytest.approx(second, rel=1e-9)
