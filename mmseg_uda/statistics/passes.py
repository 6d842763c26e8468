"""Passes of images through a network that collect what its batch norms are given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, suppress

import torch
from mmengine.dist import all_gather
from torch import Tensor, nn

from mmseg_uda.utils.ranks import on_rank_zero

from .channel_moments import ChannelMoments
from .image_batches import ImageBatches
from .image_tally import ImageTally
from .observe import observed, with_auxiliary_heads
from .running_statistics import RunningStatistics


class _SeenError(Exception):
    """Ends a forward pass behind which nothing is of interest."""


class Passes:
    """Statistics of images in a network that normalises with them; see the result.

    Args:
        model: The model in evaluation mode; its preprocessor takes the batches.
        segmentor: The part of it that predicts.
        norms: Its batch norms by name. What they hold is overwritten meanwhile.
        batches: The images.
        blend: Share of what the layers hold now in what they get.

    Attributes:
        found: What each layer gets; one that did not run, or was given a single value
            of each channel, is not in it.
        counts: Number of values a channel that each of these was given.
        tally: What this rank's images are like.
    """

    def __init__(
        self,
        model: nn.Module,
        segmentor: nn.Module,
        norms: Mapping[str, nn.Module],
        batches: ImageBatches,
        blend: float,
    ) -> None:
        self._model = model
        self._segmentor = segmentor
        self._norms = norms
        self._batches = batches
        self._blend = blend
        self._source = {name: RunningStatistics.of(n) for name, n in norms.items()}
        self.found: dict[str, RunningStatistics] = {}
        self.counts: dict[str, int] = {}
        self.tally = ImageTally()
        self._tallied = 0  # batches

    def steps(self, exact: bool) -> tuple[Iterator[None], int]:
        """Return what does the work, one batch of this rank a step, and their number.

        Args:
            exact: Go through all images for each layer, in the order in which they run,
                instead of once for all.
        """
        if not exact:
            return self._at_once(), len(self._batches)
        order, once_each = on_rank_zero(self._order)
        return self._one_by_one(order, once_each), len(order) * len(self._batches)

    def _at_once(self) -> Iterator[None]:
        def normalise_with_batch(
            name: str, norm: nn.Module, mean: Tensor, variance: Tensor | None
        ) -> None:
            now = source = self._source[name]
            if variance is not None:  # else there is nothing to normalise by
                now = RunningStatistics(mean, variance).blended(source, self._blend)
            now.put_into(norm)

        with observed(self._norms, normalise_with_batch) as moments:
            yield from self._all_images()
        self._take(moments)

    def _one_by_one(self, order: list[str], once_each: bool) -> Iterator[None]:
        def stop(*_: object) -> None:
            if once_each:
                raise _SeenError

        for name in order:
            norm = self._norms[name]
            with observed({name: norm}, stop) as moments:
                yield from self._all_images()
            self._take(moments)
            if name in self.found:
                self.found[name].put_into(norm)

    def _order(self) -> tuple[list[str], bool]:
        """Return the layers as they run, and whether a pass runs each of them once."""
        ran: Counter[str] = Counter()

        def note(name: str, *_: object) -> None:
            ran[name] += 1

        with observed(self._norms, note), closing(self._all_images()) as images:
            next(images)
        windows = (getattr(self._segmentor, "test_cfg", None) or {}).get("mode")
        return list(ran), windows != "slide" and set(ran.values()) == {1}

    def _all_images(self) -> Generator[None, None, None]:
        with with_auxiliary_heads(self._segmentor):
            for number, parts in enumerate(self._batches):
                for part in parts:
                    self._predict(part)
                if number == self._tallied:  # in the first pass
                    self._count(parts)
                yield

    def _count(self, parts: list[dict]) -> None:
        self._tallied += 1
        for part in parts:
            for image in part["inputs"]:
                self.tally.add(image)

    def _predict(self, batch: dict) -> None:
        data = self._model.data_preprocessor(batch, False)
        inputs, samples = data["inputs"], data["data_samples"]
        with suppress(_SeenError):
            if hasattr(self._segmentor, "inference"):
                metas = [sample.metainfo for sample in samples]
                self._segmentor.inference(inputs, metas)
            else:  # no EncoderDecoder
                self._segmentor.predict(inputs, samples)

    def _take(self, moments: Mapping[str, ChannelMoments]) -> None:
        """Put together what all ranks have seen.

        Raises:
            ValueError: If there is a number that is not finite.
        """
        gathered = all_gather(torch.cat([m.packed() for m in moments.values()]))
        lengths = [len(m.packed()) for m in moments.values()]
        of_all = zip(*(vector.split(lengths) for vector in gathered), strict=True)
        for name, vectors in zip(moments, of_all, strict=True):
            norm = self._norms[name]
            total = ChannelMoments.for_norm(norm)
            for vector in vectors:
                total.merge_packed(vector)
            self._accept(name, total)

    def _accept(self, name: str, total: ChannelMoments) -> None:
        count = int(total.count)
        if count < 2:
            return
        target = RunningStatistics(total.mean, total.variance())
        if not target.is_finite():
            raise ValueError(
                f"batch norm '{name}' was given NaN or infinite numbers, so there are "
                "no statistics of it. Nothing was changed. Do the images hold what "
                "they should, and is the checkpoint that of this config?"
            )
        self.found[name] = target.blended(self._source[name], self._blend)
        self.counts[name] = count
