"""Several domains behind one flat index."""

from collections.abc import Mapping

import numpy as np
from mmengine.dataset import BaseDataset
from mmseg.registry import DATASETS
from torch.utils.data import Dataset

from mmseg_uda.utils.seeding import seeded


@DATASETS.register_module()
class MultiDomainDataset(Dataset):
    """Named data sets, drawn from by :class:`MultiDomainSampler`.

    Index ``i`` in [0, len) counts through the domains one after the other. An index
    ``lap * len + i`` with ``lap > 0`` is the same sample, augmented by random numbers
    that depend on ``lap`` alone: while the pipeline runs, the generators of Python,
    NumPy and torch are seeded with ``lap``, and restored afterwards. So a sample does
    not depend on the worker, the rank or a resume.

    The meta information is that of the first labelled domain. All labelled domains
    must have the same classes; an images-only domain has none to compare.

    Args:
        domains: Data set or its config by domain name. None removes a domain that
            was inherited.

    Raises:
        ValueError: If no domain is left or labelled domains differ in classes.
    """

    def __init__(self, domains: Mapping[str, dict | BaseDataset | None]) -> None:
        super().__init__()
        given = {name: cfg for name, cfg in domains.items() if cfg is not None}
        if not given:
            raise ValueError(
                f"MultiDomainDataset needs at least one domain, got {dict(domains)}"
            )
        #: Data set by domain name.
        self.datasets: dict[str, BaseDataset] = {
            name: DATASETS.build(cfg) if isinstance(cfg, Mapping) else cfg
            for name, cfg in given.items()
        }
        self.full_init()
        self._metainfo = self._common_metainfo()

    def full_init(self) -> None:
        """List the files of every domain, if that was not done yet."""
        for dataset in self.datasets.values():
            dataset.full_init()
        lengths = [len(dataset) for dataset in self.datasets.values()]
        starts = np.cumsum([0, *lengths]).tolist()
        #: First index and number of samples by domain name.
        self.spans: dict[str, tuple[int, int]] = {
            name: (start, length)
            for name, start, length in zip(
                self.datasets, starts[:-1], lengths, strict=True
            )
        }

    @property
    def metainfo(self) -> dict:
        """Meta information (``classes``, ``palette``, ...)."""
        return dict(self._metainfo)

    def locate(self, index: int) -> tuple[str, int]:
        """Return the domain of an index in [0, len), and the index within it.

        Raises:
            IndexError: If the index is not in [0, len).
        """
        if index >= 0:
            for name, (start, length) in self.spans.items():
                if index < start + length:
                    return name, index - start
        raise IndexError(f"index {index} is not in [0, {len(self)})")

    def get_data_info(self, index: int) -> dict:
        """Return the description of a sample, without loading it."""
        name, inner = self.locate(index % len(self))
        return {**self.datasets[name].get_data_info(inner), "domain": name}

    def __len__(self) -> int:
        return sum(length for _, length in self.spans.values())

    def __getitem__(self, index: int) -> dict:
        """Return a sample with ``data_samples.metainfo['domain']`` set."""
        lap, flat = divmod(int(index), len(self))
        name, inner = self.locate(flat)
        if lap > 0:
            with seeded(lap):
                sample = self.datasets[name][inner]
        else:
            sample = self.datasets[name][inner]
        if "data_samples" in sample:
            sample["data_samples"].set_metainfo({"domain": name})
        return sample

    def _common_metainfo(self) -> dict:
        labelled = {
            name: dataset.metainfo
            for name, dataset in self.datasets.items()
            if getattr(dataset, "labelled", True)
        }
        if not labelled:
            return next(iter(self.datasets.values())).metainfo
        (first, meta), *others = labelled.items()
        for name, other in others:
            if list(other["classes"]) != list(meta["classes"]):
                raise ValueError(
                    f"labelled domains must have the same classes, but {first!r} has "
                    f"{list(meta['classes'])} and {name!r} has "
                    f"{list(other['classes'])}: set metainfo=dict(classes=...) of both"
                )
        return meta

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {n}" for name, (_, n) in self.spans.items())
        return f"{type(self).__name__}({sizes})"
