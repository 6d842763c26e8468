"""Images of earlier iterations, shown again now and then."""

from __future__ import annotations

import warnings

import torch
from mmengine.dist import all_gather, broadcast, get_rank
from torch import Tensor, nn


class ImagePool(nn.Module):
    """A history of translated images, for a discriminator to learn from.

    Until it is full, images are kept and returned as they are. From then on each takes,
    with a chance of one half, the place of an image in the pool, any of them, and that
    one is returned in its stead; else it is returned itself and not kept. So does
    CycleGAN's code, after "Learning from Simulated and Unsupervised Images through
    Adversarial Training" (Shrivastava et al.).

    The images are buffers: they are in every checkpoint, and a resumed run goes on with
    them. (50 images of 452x452 pixels are 123 MB.) Several processes have one pool
    between them, equal in each: images go in by rank, and rank 0 draws for all, so that
    the file that rank 0 writes holds everything, and what is drawn does not depend on
    how many processes share a batch.

    Args:
        size: Number of images, >= 1.

    Attributes:
        images: (size, C, H, W), or nothing before the first call.
        count: Number of images that are in it.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("images", torch.zeros(0))
        self.register_buffer("count", torch.tensor(0))
        self._in_use = False

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        """Exchange images with the pool.

        Args:
            images: (N, C, H, W), of one size from call to call, and on all ranks.

        Returns:
            (N, C, H, W), new or old ones, without gradient.

        Raises:
            ValueError: If they are not of the size of those before, or of other ranks.
        """
        images = images.detach()
        everyone = self._of_all_ranks(images)
        self._fit(everyone)
        draws = torch.rand(len(everyone), 2)
        broadcast(draws)
        shown = [
            self._exchange(image, *draw)
            for image, draw in zip(everyone, draws.tolist(), strict=True)
        ]
        first = get_rank() * len(images)
        return torch.stack(shown[first : first + len(images)])

    def _exchange(self, image: Tensor, chance: float, place: float) -> Tensor:
        """Put an image in, or not, and return what is to be seen instead."""
        if self.count < self.size:
            self.images[self.count] = image
            self.count += 1
            return image
        if chance <= 0.5:
            return image
        index = int(place * self.size)
        old = self.images[index].to(image.dtype, copy=True)
        self.images[index] = image
        return old

    def _of_all_ranks(self, images: Tensor) -> Tensor:
        shapes = all_gather(torch.tensor(images.shape, device=images.device))
        for other in shapes:
            self._check(tuple(images.shape), tuple(other.tolist()))
        return torch.cat(all_gather(images.contiguous()))

    def _fit(self, images: Tensor) -> None:
        """Make room for images of this size, if there is none."""
        wanted = (self.size, *images.shape[1:])
        if self.images.shape != wanted:
            if self._in_use:
                self._check(wanted, tuple(self.images.shape))
            elif self.count:
                warnings.warn(
                    "the pool of images that came with the weights has the shape "
                    f"{tuple(self.images.shape)}, this training needs {wanted} (images,"
                    " channels, height, width): it begins with an empty one",
                    stacklevel=2,
                )
            self.images = images.new_zeros(wanted)
            self.count.zero_()
        self._in_use = True

    def _check(self, shape: tuple[int, ...], other: tuple[int, ...]) -> None:
        if shape != other:
            raise ValueError(
                "a pool of images needs images of one size, and as many on each rank, "
                f"got {shape} and {other} (images, channels, height, width). End the "
                "pipeline of their domain with a crop or a Resize to a fixed size that "
                "every image reaches, or set pool_size=0"
            )

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *more) -> None:
        # of a size that is not known before
        stored = state_dict.get(f"{prefix}images")
        if stored is not None:
            self.images = torch.empty_like(stored, device=self.count.device)
            self._in_use = False
        super()._load_from_state_dict(state_dict, prefix, *more)
