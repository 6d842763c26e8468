"""Images for a network in inference, in batches that are always the same."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from mmengine.dataset import pseudo_collate
from mmengine.dist import get_rank, get_world_size
from torch.utils.data import DataLoader

from mmseg_uda.datasets.image_files import ImageFiles


class ImageBatches:
    """Batches of images that do not depend on how the images are listed.

    They are sorted by name and dealt like cards: with B batches, batch j holds images
    j, j + B, j + 2B, ... So each is spread over the set (neighbours by name are often
    frames of one drive), and sizes differ by one at most. Whole batches are dealt to
    the ranks, whose number thus changes none of them.

    Args:
        images: Image files with the pipeline of a test.
        batch_size: Images in a batch, at most.
        num_workers: Processes that load images, per rank.
    """

    def __init__(
        self, images: ImageFiles, batch_size: int = 8, num_workers: int = 0
    ) -> None:
        self.images = images
        order = sorted(range(len(images)), key=images.names.__getitem__)
        count = -(-len(order) // batch_size)
        batches = [order[start::count] for start in range(count)]
        self.own = batches[get_rank() :: get_world_size()]
        self._num_workers = num_workers

    def __len__(self) -> int:
        """Return the number of batches of this rank."""
        return len(self.own)

    def __iter__(self) -> Iterator[list[dict]]:
        """Load every image of this rank once.

        Yields:
            A batch: ``inputs`` and ``data_samples`` as a data preprocessor takes them.
            It comes in several parts if the pipeline leaves images with several sizes.

        Raises:
            ValueError: If an image cannot be loaded.
        """
        loader = DataLoader(
            self.images,
            batch_sampler=self.own,
            num_workers=self._num_workers,
            collate_fn=pseudo_collate,
            # or it would draw its seed from the generator of the training around it
            generator=torch.Generator(),
        )
        for batch in loader:
            yield _by_size(batch)


def _by_size(batch: dict) -> list[dict]:
    """Split a batch into those whose images can be stacked."""
    parts: dict[tuple, list[int]] = {}
    pairs = zip(batch["inputs"], batch["data_samples"], strict=True)
    for index, (image, sample) in enumerate(pairs):
        sizes = (tuple(image.shape), tuple(sample.metainfo.get("ori_shape", ())))
        parts.setdefault(sizes, []).append(index)
    return [
        {key: [value[i] for i in indices] for key, value in batch.items()}
        for indices in parts.values()
    ]
