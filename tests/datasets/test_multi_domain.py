# ruff: noqa: NPY002 - the transforms draw from the global generators
from collections import Counter
from itertools import islice

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS
from torch.utils.data import DataLoader

from mmseg_uda.datasets import (
    CityscapesImages,
    GTA5Dataset,
    MultiDomainDataset,
    MultiDomainSampler,
)
from mmseg_uda.datasets import multi_domain_sampler as sampler_module

AUGMENT = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="DiverseCrop", crop_size=(8, 8), min_labels=1),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PackSegInputs"),
]


@pytest.fixture
def dataset(gta5_root, cityscapes_root):
    return MultiDomainDataset(
        domains=dict(
            source=dict(type="GTA5Dataset", data_root=str(gta5_root), pipeline=AUGMENT),
            target=dict(
                type="CityscapesImages",
                data_root=str(cityscapes_root),
                pipeline=AUGMENT,
            ),
            other=None,
        )
    )


def sampler_of(dataset, source=2, target=3, seed=7, rank=0, world=1):
    sampler = MultiDomainSampler(dataset, dict(source=source, target=target), seed)
    sampler.rank, sampler.world_size = rank, world
    return sampler


def take(sampler, count):
    return list(islice(iter(sampler), count))


def test_dataset__spans_domains_and_metainfo(dataset):
    assert len(dataset) == 9
    assert dataset.spans == dict(source=(0, 5), target=(5, 4))
    assert dataset.locate(4) == ("source", 4)
    assert dataset.locate(5) == ("target", 0)
    assert dataset[8]["data_samples"].metainfo["domain"] == "target"
    assert "gt_sem_seg" not in dataset[8]["data_samples"]
    assert dataset[0]["data_samples"].metainfo["domain"] == "source"
    assert len(dataset.metainfo["classes"]) == 19
    assert dataset.get_data_info(6)["domain"] == "target"
    with pytest.raises(IndexError):
        dataset.locate(9)


def test_dataset__same_index_same_sample_whatever_was_drawn_before(dataset):
    index = 12345 * len(dataset) + 2
    np.random.seed(0)
    torch.manual_seed(0)
    first = dataset[index]["inputs"]
    np.random.seed(1)
    before = np.random.get_state()[1].copy(), torch.get_rng_state().clone()
    second = dataset[index]["inputs"]
    assert torch.equal(first, second)
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])
    assert torch.equal(torch.get_rng_state(), before[1])
    others = [dataset[lap * len(dataset) + 2]["inputs"] for lap in range(1, 6)]
    assert not all(torch.equal(first, other) for other in others)


def test_dataset__index_without_lap_follows_the_global_generators(dataset):
    np.random.seed(3)
    first = dataset[2]["inputs"]
    np.random.seed(3)
    assert torch.equal(first, dataset[2]["inputs"])
    assert any(not torch.equal(first, dataset[2]["inputs"]) for _ in range(5))


def test_dataset__classes_of_labelled_domains_agree(gta5_root, cityscapes_root):
    two = dict(classes=["road", "car"])
    gta = GTA5Dataset(str(gta5_root), metainfo=two)
    images = CityscapesImages(str(cityscapes_root))
    meta = MultiDomainDataset(domains=dict(target=images, source=gta)).metainfo
    assert meta["classes"] == ("road", "car")
    other = GTA5Dataset(str(gta5_root))
    with pytest.raises(ValueError, match=r"'source' has .*'second' has"):
        MultiDomainDataset(domains=dict(source=gta, second=other))
    with pytest.raises(ValueError, match="at least one domain"):
        MultiDomainDataset(domains=dict(source=None))


def test_sampler__counts_per_iteration_and_every_image_once_per_pass(dataset):
    indices = np.array(take(sampler_of(dataset), 5 * 20)) % len(dataset)
    batches = indices.reshape(20, 5)
    assert (batches[:, :2] < 5).all()
    assert (batches[:, 2:] >= 5).all()
    source, target = batches[:, :2].ravel(), batches[:, 2:].ravel()
    for draws, size in ((source, 5), (target, 4)):
        for start in range(0, len(draws) - size + 1, size):
            assert len(set(draws[start : start + size])) == size
    passes = {tuple(source[i : i + 5]) for i in range(0, 40, 5)}
    assert len(passes) > 4  # each pass in an order of its own


def test_sampler__laps_are_fresh_and_in_range(dataset):
    laps = [index // len(dataset) for index in take(sampler_of(dataset), 500)]
    assert min(laps) >= 1
    assert max(laps) < 2**31
    assert len(set(laps)) == 500


@pytest.mark.parametrize("world", [2, 3])
def test_sampler__ranks_together_draw_what_one_process_draws(dataset, world):
    shards = [
        take(sampler_of(dataset, 2, 1, rank=rank, world=world), 3 * 10)
        for rank in range(world)
    ]
    whole = take(sampler_of(dataset, 2 * world, world), 3 * world * 10)
    for t in range(10):
        parts = [shard[3 * t : 3 * t + 3] for shard in shards]
        batch = whole[3 * world * t : 3 * world * (t + 1)]
        assert [i for part in parts for i in part[:2]] == batch[: 2 * world]
        assert [i for part in parts for i in part[2:]] == batch[2 * world :]


@pytest.mark.parametrize("skipped", [0, 1, 5, 37, 250])
def test_sampler__skip_equals_having_drawn(dataset, skipped):
    whole = take(sampler_of(dataset), skipped + 40)
    resumed = sampler_of(dataset)
    resumed.skip(skipped)
    assert take(resumed, 40) == whole[skipped:]
    resumed.skip(skipped)  # absolute, not relative
    assert take(resumed, 40) == whole[skipped:]


def test_sampler__skip_far_ahead_is_immediate(dataset, monkeypatch):
    sampler, drawn = sampler_of(dataset), Counter()
    draw = sampler._indices
    monkeypatch.setattr(
        sampler, "_indices", lambda t, o: drawn.update(n=1) or draw(t, o)
    )
    sampler.skip(5 * 10**9)
    take(sampler, 5)
    assert drawn["n"] == 1


def test_sampler__seed_and_domain_set_the_stream(dataset, cityscapes_root):
    assert take(sampler_of(dataset), 50) == take(sampler_of(dataset), 50)
    assert take(sampler_of(dataset, seed=8), 50) != take(sampler_of(dataset), 50)
    images = CityscapesImages(str(cityscapes_root))
    twins = MultiDomainDataset(domains=dict(source=images, target=images))
    drawn = np.array(take(sampler_of(twins, 4, 4), 8 * 6)).reshape(6, 8) % 8
    assert (drawn[:, :4] != drawn[:, 4:] - 4).any()
    # The order of the domains does not matter for a domain's own stream.
    turned = MultiDomainDataset(domains=dict(target=images, source=images))
    swapped = MultiDomainSampler(turned, dict(target=4, source=4), 7)
    again = np.array(take(swapped, 8 * 6)).reshape(6, 8) % 8
    np.testing.assert_array_equal(again[:, 4:] - 4, drawn[:, :4])


def test_sampler__seed_none_is_synchronised(dataset, monkeypatch):
    monkeypatch.setattr(sampler_module, "sync_random_seed", lambda: 99)
    sampler = MultiDomainSampler(dataset, dict(source=1, target=1))
    assert take(sampler, 20) == take(sampler_of(dataset, 1, 1, seed=99), 20)
    sampler.set_epoch(4)
    assert take(sampler, 20) == take(sampler_of(dataset, 1, 1, seed=99), 20)
    assert len(sampler) == 9


@pytest.mark.parametrize(
    ("counts", "match"),
    [
        (dict(source=1, tagret=1), "names source, tagret, the data set has source"),
        (dict(source=1), "name each domain once"),
        (dict(source=1, target=None), "name each domain once"),
        (dict(source=1, target=0), r"'target'\] must be an integer >= 1, got 0"),
        (dict(source=1, target=1.5), "got 1.5"),
    ],
)
def test_sampler__wrong_counts(dataset, counts, match):
    with pytest.raises(ValueError, match=match):
        MultiDomainSampler(dataset, counts, 0)


def test_sampler__needs_a_multi_domain_dataset(gta5_root):
    with pytest.raises(TypeError, match=r"MultiDomainDataset.*got GTA5Dataset"):
        MultiDomainSampler(GTA5Dataset(str(gta5_root)), dict(source=1), 0)


def test_loader__workers_and_resume_do_not_change_a_sample(dataset):
    def batches(workers, skipped=0):
        sampler = sampler_of(dataset, 1, 1)
        sampler.skip(2 * skipped)
        loader = DataLoader(
            dataset, 2, sampler=sampler, num_workers=workers, collate_fn=pseudo_collate
        )
        return [b["inputs"] for b in islice(loader, 6 - skipped)]

    plain = batches(0)
    for other, skipped in ((batches(2), 0), (batches(0, 3), 3), (batches(2, 2), 2)):
        for one, two in zip(plain[skipped:], other, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_dataset__builds_from_config_text(gta5_root):
    cfg = dict(
        type="MultiDomainDataset",
        domains=dict(source=dict(type="GTA5Dataset", data_root=str(gta5_root))),
    )
    assert repr(DATASETS.build(cfg)) == "MultiDomainDataset(source: 5)"
