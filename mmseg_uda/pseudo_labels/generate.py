"""Pseudo-labels of a set of images from one model."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mmengine.dist import barrier, get_rank, get_world_size
from torch import Tensor, nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.prediction.loading import one_by_one
from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.structures.predict_probs import predict_probs
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.ranks import on_rank_zero

from .label_weights import LabelWeights
from .measure_weights import is_measured, measure_weights
from .network_statistics import adapt_networks, described, networks_in
from .pseudo_label_writer import PseudoLabelWriter
from .report_header import deciding, report_header
from .rule_statistics import RuleStatistics
from .score_map import check_score_map, score_map
from .selection_rule import SelectionRule


def generate_pseudo_labels(
    model: nn.Module,
    images: ImageFiles,
    out_dir: str | Path,
    rule: SelectionRule,
    checkpoint: str | Path,
    config_name: str = "",
    classes: Sequence[str] | None = None,
    settings: Mapping | None = None,
    overwrite: bool = False,
    num_workers: int = 0,
    average_with: Sequence[str | Path] = (),
    weights: LabelWeights | None = None,
    plain_images: ImageFiles | None = None,
    statistics: StatisticsOptions | None = None,
    partial: Mapping[str, Mapping[str, int]] | None = None,
) -> dict:
    """Label every image, or those that an interrupted run has left.

    Images are predicted one by one (twice, if the rule ``needs_statistics``) and
    written at once, so memory does not grow with their number (but for names and
    class counts, a few kB an image). Under
    ``torch.distributed`` each rank labels a part of them (the output folder must be
    shared); the folder is the same as from one process, and the same after any
    interruption.

    Args:
        model: Segmentor with its weights loaded, on its device; anything with mmseg's
            ``test_step``. It is in eval mode meanwhile.
        images: What to label.
        out_dir: Output folder, see :class:`PseudoLabelWriter`.
        rule: Which pixels keep a label.
        checkpoint: File that the weights come from; its hash stands in the report.
        config_name: Config that the model comes from, for the report.
        classes: Class names, for the report.
        settings: What else decides the labels, as JSON types (the hash of the model's
            config). Compared with the settings of an interrupted run.
        overwrite: Remove an earlier run's files instead of going on with them.
        num_workers: Processes that load images, per rank.
        average_with: Files of further weights, if ``model`` is the mean of several
            networks; their hashes stand in the report, too.
        weights: What a training will weight the labels with, to be measured on some of
            the images; None for nothing.
        plain_images: The images without test-time augmentation, for weights and
            statistics; None: as ``images``.
        statistics: How the model is given the images' batch norm statistics before it
            predicts; None: it keeps those that it has.
        partial: How many weights fit, by file, of those files that fit the model only
            in part, for the report.

    Returns:
        The report, as in ``pseudo_labels.json``.

    Raises:
        ValueError: If the folder holds labels of other settings, two images would have
            the same label file, or an image cannot be loaded or predicted.
        FileExistsError: If the folder holds other data.
    """
    images.check_one_file_each()
    if rule.score_map is not None:
        check_score_map(model, rule.score_map, images.tta)
    given = None if statistics is None else described(model, statistics)
    header = report_header(
        rule, checkpoint, config_name, images, average_with, partial, given
    )
    decisive = {**deciding(header, images), **(settings or {})}
    writer = PseudoLabelWriter(out_dir, images.names, decisive, get_rank())
    pending = on_rank_zero(writer.prepare, overwrite)
    plain_images = plain_images or images
    was_training = model.training
    model.eval()
    try:
        if statistics is not None:
            finished = on_rank_zero(_finished_statistics, writer, weights)
            header["target_statistics"] |= finished or adapt_networks(
                model, plain_images, statistics, num_workers
            )
        if rule.needs_statistics:
            _give_statistics(rule, model, images, writer.folder, num_workers)
        own = pending[get_rank() :: get_world_size()]
        for index, probs, scores in _predictions(
            model, images, own, rule, num_workers, "predicting labels"
        ):
            _check_classes(probs, classes)
            soft = rule.soft_labels(scores) if rule.soft else None
            writer.write(images.names[index], probs, rule.apply(scores), soft)
        barrier()
        given = (networks_in(model)[0], plain_images, writer, weights)
        measured = measure_weights(*given, classes, num_workers)
    finally:
        model.train(was_training)
    header["thresholds"] = rule.thresholds()
    if measured is not None:
        header["weights"] = measured
    return on_rank_zero(writer.finish, header, classes)


def _finished_statistics(
    writer: PseudoLabelWriter, weights: LabelWeights | None
) -> dict | None:
    """Return what a report says of statistics that no network is needed for again."""
    if not (writer.report_file.is_file() and is_measured(writer, weights)):
        return None
    return json.loads(writer.report_file.read_text()).get("target_statistics")


def _give_statistics(
    rule: SelectionRule,
    model: nn.Module,
    images: ImageFiles,
    folder: Path,
    num_workers: int,
) -> None:
    """Give a rule the statistics of the set: the saved ones, or by a first pass."""
    statistics = RuleStatistics(folder, images.names)
    state = on_rank_zero(statistics.state)
    if state is None:
        pending = on_rank_zero(statistics.pending)
        own = pending[get_rank() :: get_world_size()]
        for index, probs, scores in _predictions(
            model, images, own, rule, num_workers, "predicting for the thresholds"
        ):
            seen = rule.observe(probs if rule.observes_probs else scores)
            statistics.write(images.names[index], seen)
        barrier()
        state = on_rank_zero(statistics.fit, rule)
    rule.load_state_dict(state)


def _predictions(
    model: nn.Module,
    images: ImageFiles,
    indices: Sequence[int],
    rule: SelectionRule,
    num_workers: int,
    title: str,
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Predict images one by one; the first rank shows how far it is.

    Yields:
        Index, class probabilities, and what of these the rule gets.
    """
    batches = one_by_one(images, indices, num_workers)
    if indices and get_rank() == 0:
        batches = with_progress(batches, len(indices), title)
    for index, data in batches:
        try:
            scores = probs = predict_probs(model, data)
            if rule.score_map is not None:
                scores = probs * score_map(
                    model, data, rule.score_map, rule.score_norm, seed=index
                )
        except ValueError as error:
            raise ValueError(f"cannot label {images.paths[index]}: {error}") from error
        yield index, probs, scores


def _check_classes(probs: Tensor, classes: Sequence[str] | None) -> None:
    """Refuse class names that are not as many as the model's channels."""
    if classes is not None and len(classes) != probs.shape[0]:
        raise ValueError(
            f"the model predicts {probs.shape[0]} classes, the images' data set names "
            f"{len(classes)}: {', '.join(classes)}"
        )
