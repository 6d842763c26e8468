"""A fixed number of samples of each domain in every iteration."""

import zlib
from collections.abc import Iterator, Mapping

import numpy as np
from mmengine.dist import get_dist_info, sync_random_seed
from mmseg.registry import DATA_SAMPLERS
from torch.utils.data import Sampler

from .multi_domain_dataset import MultiDomainDataset

_MAX_LAP = 2**31 - 1


@DATA_SAMPLERS.register_module()
class MultiDomainSampler(Sampler[int]):
    """Endless draws from every domain, each shuffled by itself.

    Iteration t yields, domain by domain in the order of ``samples_per_domain``, n_d
    indices of domain d. Each domain goes through all its samples in a fresh order
    before one comes again. With w ranks, the draws t*w*n_d .. (t+1)*w*n_d - 1 of a
    domain belong to iteration t and rank r takes the r-th contiguous part: together
    the ranks draw what one process with w times ``samples_per_domain`` draws.

    Every draw is a function of (seed, domain name, ordinal of the draw) alone: no
    state is kept, so a resume is exact and costs nothing, and domains do not
    influence each other. The index holds a *lap*, a random number in [1, 2**31) that
    seeds the augmentation of this draw; see :class:`MultiDomainDataset`.

    The dataloader's ``batch_size`` must be the sum of ``samples_per_domain``
    (``tools/train.py`` checks it).

    Args:
        dataset: A :class:`MultiDomainDataset`.
        samples_per_domain: Samples per iteration and rank by domain name. None
            removes a domain that was inherited.
        seed: Seed of all draws, the same on all ranks. None: drawn on rank 0.

    Raises:
        TypeError: If ``dataset`` is no :class:`MultiDomainDataset`.
        ValueError: If the domain names are not those of the data set, or a number is
            not positive.
    """

    def __init__(
        self,
        dataset: MultiDomainDataset,
        samples_per_domain: Mapping[str, int | None],
        seed: int | None = None,
    ) -> None:
        if not isinstance(dataset, MultiDomainDataset):
            raise TypeError(
                "MultiDomainSampler needs dataset=dict(type='MultiDomainDataset', "
                f"domains=...), got {type(dataset).__name__}"
            )
        self.samples_per_domain = check_samples(samples_per_domain, dataset.spans)
        self.dataset = dataset
        self.rank, self.world_size = get_dist_info()
        self.seed = sync_random_seed() if seed is None else seed
        self._start = 0

    @property
    def samples_per_iter(self) -> int:
        """Number of samples of one iteration of this rank."""
        return sum(self.samples_per_domain.values())

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[int]:
        orders = {name: _Orders(self.seed, name) for name in self.samples_per_domain}
        iteration, skipped = divmod(self._start, self.samples_per_iter)
        while True:
            yield from self._indices(iteration, orders)[skipped:]
            iteration, skipped = iteration + 1, 0

    def skip(self, num_samples: int) -> None:
        """Start from the ``num_samples``-th draw of this rank, counted from the first.

        mmengine calls it when a run is resumed.

        Raises:
            ValueError: If ``num_samples`` is negative.
        """
        if num_samples < 0:
            raise ValueError(f"num_samples must be >= 0, got {num_samples}")
        self._start = num_samples

    def set_epoch(self, epoch: int) -> None:
        """Do nothing: the draws have no epochs."""

    def _indices(self, iteration: int, orders: Mapping[str, "_Orders"]) -> list[int]:
        """Return this rank's indices of one iteration."""
        indices = []
        for name, count in self.samples_per_domain.items():
            start, size = self.dataset.spans[name]
            first = (iteration * self.world_size + self.rank) * count
            for ordinal in range(first, first + count):
                item = start + orders[name].item(ordinal, size)
                lap = orders[name].lap(ordinal)
                indices.append(lap * len(self.dataset) + item)
        return indices


class _Orders:
    """The shuffled passes through one domain, one of them in memory."""

    def __init__(self, seed: int, name: str) -> None:
        # By name, so that adding a domain leaves the others' streams as they are.
        self._key = [seed, zlib.crc32(name.encode())]
        self._pass = -1
        self._order = np.empty(0, dtype=np.int64)

    def item(self, ordinal: int, size: int) -> int:
        """Return the sample of a draw, in [0, size)."""
        number, position = divmod(ordinal, size)
        if number != self._pass:
            generator = np.random.default_rng([*self._key, 0, number])
            self._pass, self._order = number, generator.permutation(size)
        return int(self._order[position])

    def lap(self, ordinal: int) -> int:
        """Return the augmentation seed of a draw, in [1, 2**31)."""
        state = np.random.SeedSequence([*self._key, 1, ordinal]).generate_state(1)
        return 1 + int(state[0]) % _MAX_LAP


def check_samples(
    samples_per_domain: Mapping[str, int | None], domains: Mapping[str, object]
) -> dict[str, int]:
    """Return ``samples_per_domain`` without the None entries, checked.

    Raises:
        ValueError: If the names are not those of ``domains`` or a number is not
            positive.
    """
    counts = {name: n for name, n in samples_per_domain.items() if n is not None}
    unknown = [name for name in counts if name not in domains]
    missing = [name for name in domains if name not in counts]
    if unknown or missing:
        raise ValueError(
            f"samples_per_domain names {', '.join(counts) or 'no domain'}, the data "
            f"set has {', '.join(domains)}: name each domain once (a domain that is "
            "not wanted is set to None in both)"
        )
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise ValueError(
                f"samples_per_domain[{name!r}] must be an integer >= 1, got {count!r} "
                "(set the domain to None in the data set and here to leave it out)"
            )
    return counts
