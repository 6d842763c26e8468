"""Whether the entries of a dataloader's config fit together, files apart."""

from collections.abc import Mapping
from typing import Any

from .multi_domain_sampler import check_samples


def check_loader_config(dataloader: Any) -> None:
    """Check types, domain names and batch size of a dataloader's config.

    Args:
        dataloader: Config as in ``cfg.train_dataloader``.

    Raises:
        ValueError: If it holds no data set, names of domains differ, or ``batch_size``
            is not the sum of ``samples_per_domain``.
    """
    check_domains_config(dataloader)
    counts = (dataloader.get("sampler") or {}).get("samples_per_domain")
    if counts is not None:
        _check_batch(dataloader, counts)


def check_domains_config(dataloader: Any) -> None:
    """Check that a dataloader and its domains are described by dicts.

    Raises:
        ValueError: If they are not.
    """
    if not isinstance(dataloader, Mapping):
        raise ValueError(f"a dataloader must be a dict, got {dataloader!r}")
    dataset = dataloader.get("dataset")
    if not isinstance(dataset, Mapping) or "type" not in dataset:
        raise ValueError(f"dataset must be a dict with a 'type', got {dataset!r}")
    for name, domain in domains_of(dataloader).items():
        if not isinstance(domain, Mapping):
            raise ValueError(f"domains.{name} must be a data set, got {domain!r}")


def domains_of(dataloader: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configs of the domains of a dataloader by name, without removed ones.

    Raises:
        ValueError: If ``domains`` is no dict.
    """
    domains = dataloader["dataset"].get("domains") or {}
    if not isinstance(domains, Mapping):
        raise ValueError(f"domains must be a dict of data sets, got {domains!r}")
    return {name: domain for name, domain in domains.items() if domain is not None}


def main_dataset(dataloader: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the config of a dataloader's data set, empty if there is none.

    Of several domains that are validated at once it is the target's, else the first's.
    """
    dataset = (dataloader or {}).get("dataset") or {}
    if not isinstance(dataset.get("domains"), Mapping):
        return dataset
    domains = domains_of(dataloader)
    return domains.get("target") or next(iter(domains.values()), {})


def _check_batch(dataloader: Mapping[str, Any], counts: Any) -> None:
    out = [name for name, count in counts.items() if count is None]
    counts = check_samples(counts, domains_of(dataloader))
    size, total = dataloader.get("batch_size"), sum(counts.values())
    if size != total:
        parts = " + ".join(f"{name} {n}" for name, n in counts.items())
        without = f"; {', '.join(out)} is left out" if out else ""
        raise ValueError(
            f"batch_size is {size}, but samples_per_domain adds up to {total} "
            f"({parts}{without}): make them equal"
        )
