"""A ToyCity of a few pictures."""

import pytest

from mmseg_uda.toycity import make_toycity


@pytest.fixture(scope="session")
def toy_root(tmp_path_factory):
    """Six source, four target and two validation pictures."""
    root = tmp_path_factory.mktemp("toycity")
    counts = dict(
        gta5=dict(train=6), synthia=dict(train=1), cityscapes=dict(train=4, val=2)
    )
    return make_toycity(root, counts=counts, workers=1, progress=False)
