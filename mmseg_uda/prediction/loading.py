"""Loading images one by one."""

from collections.abc import Iterator, Sequence

from torch.utils.data import DataLoader, Dataset


def one_by_one(
    images: Dataset, indices: Sequence[int], num_workers: int = 0
) -> Iterator[tuple[int, dict]]:
    """Load images as batches of one.

    Args:
        images: What to load from.
        indices: Which ones, in this order.
        num_workers: Processes that load them.

    Yields:
        Index, and the batch as a segmentor's ``test_step`` takes it.
    """
    loader = DataLoader(
        images,
        batch_size=1,
        sampler=indices,
        num_workers=num_workers,
        collate_fn=_collate_one,
    )
    yield from zip(indices, loader, strict=True)


def _collate_one(batch: list[dict]) -> dict:
    """Make a batch of one image: what ``pseudo_collate`` does, for lists too."""
    (results,) = batch
    return {
        key: [[item] for item in value] if isinstance(value, list) else [value]
        for key, value in results.items()
    }
