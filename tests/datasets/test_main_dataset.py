"""The data set of a dataloader that stands for it."""

import pytest

from mmseg_uda.datasets.loader_config import main_dataset

A, B = dict(type="A"), dict(type="B")


def loader(**domains):
    return dict(dataset=dict(type="MultiDomainDataset", domains=domains))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {}),
        (dict(dataset=None), {}),
        (dict(dataset=A), A),
        (loader(source=A, target=B), B),
        (loader(source=None, other=A, more=B), A),
        (loader(source=A, target=None), A),
        (loader(target=None), {}),
    ],
)
def test_main_dataset(given, expected):
    assert main_dataset(given) == expected
