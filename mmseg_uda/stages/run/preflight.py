"""Everything that is checked before the first stage runs; nothing is changed yet."""

from torch import nn

from mmseg_uda.pseudo_labels.target_images import check_target_classes
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, compare_with_model

from .checks.domains import check_domains
from .checks.full_size_weights import toy_explained
from .checks.loaders import DataCheck, check_loaders
from .checks.model import check_model, check_predicting
from .checks.random_parts import warn_of_random_parts
from .checks.regions import check_finding, check_region_heads, rules_on_disk
from .checks.short_run import too_short_for
from .checks.short_schedules import rate_zero_before
from .checks.sources import check_one_source
from .checks.training import check_training
from .checks.translating import check_translating, waits_for_translations
from .errors import StageError, said_of_stage
from .folders import check_given, check_not_stale
from .given_weights import stage_of_weights
from .inputs import check_there, not_finished
from .outlook import Outlook
from .overrides import (
    pseudo_labelled_in,
    set_labels,
    set_regions,
    set_translated,
)
from .pseudo_label_stage import take_images_of_learner
from .ranks import say
from .record import DONE, STARTED, read_json
from .stage import Stage


def check_folders(outlook: Outlook, whole: bool) -> None:
    """Check what earlier calls have left, and that there is room for more.

    Args:
        outlook: What is about to be done.
        whole: Whether all stages are to run.

    Raises:
        StageError: If a folder cannot be used, or holds something unexpected.
        ValueError: If the checkpoint given does not fit.
    """
    resolver = outlook.resolver
    check_writable(resolver.work_dir, "--work-dir")
    for stage in resolver.stages:
        folder = resolver.folder(stage)
        if folder.exists() and stage.name not in outlook.afresh:
            check_writable(folder, "--work-dir")
            if read_json(folder / DONE) is None:
                read_json(folder / STARTED)
    if outlook.given is not None:
        check_given(resolver, outlook.given, outlook.afresh)
    if whole:
        check_not_stale(resolver, outlook.afresh, outlook.is_finished)


def check_stages(outlook: Outlook) -> None:
    """Build every part of every stage that will run, and try the weights.

    Raises:
        StageError: If something is wrong with a config, or weights don't fit.
    """
    for stage in outlook.to_run():
        with said_of_stage(stage.name):
            _check_takers(outlook, stage)
            _check_stage(outlook, stage)


def check_data(outlook: Outlook) -> None:
    """Check the data of every training stage that will run.

    Raises:
        StageError: If anything is wrong with them.
    """
    check = DataCheck(outlook.resolver.request.config, outlook.resolver.work_dir)
    for stage in outlook.to_run():
        if stage.finds_regions:
            check(outlook.config(stage), stage.name)
        if stage.trains:
            cfg = outlook.config(stage)
            _set_regions(outlook, stage)
            if stage.labels is not None:
                folder = outlook.resolver.folder(stage.labels)
                there = outlook.is_finished(stage.labels)
                set_labels(cfg, folder if there else None, stage.name)
            if stage.translated is not None:
                folder = outlook.resolver.folder(stage.translated)
                there = outlook.is_finished(stage.translated)
                set_translated(cfg, folder if there else None, stage.name)
            check(cfg, stage.name)
    check.save()


def _set_regions(outlook: Outlook, stage: Stage) -> None:
    folders = {
        name: outlook.resolver.folder(name) if outlook.is_finished(name) else None
        for name in stage.regions
    }
    set_regions(outlook.config(stage), folders, stage.name)


def _check_stage(outlook: Outlook, stage: Stage) -> None:
    cfg, resolver = outlook.config(stage), outlook.resolver
    if stage.finds_regions:
        check_finding(stage, cfg)
        check_loaders(cfg)
        return
    if stage.trains and stage.labels is None:
        _check_labels_come(outlook, stage)
    if len(outlook.stages) == 1:
        _check_inputs_there(outlook, stage)
    weights = outlook.weights(stage)
    check_there(stage, weights, outlook.averaged(stage))
    if stage.translates:
        check_translating(stage, cfg, weights)
        return
    pretrained = outlook.is_pretrained(stage)
    with toy_explained(resolver.request.toy):
        model = check_model(cfg, weights, stage.trains, pretrained)
    if weights is None and stage_of_weights(stage) is not None:
        _check_follows(outlook, stage, model)
    if stage.trains:
        if not outlook.takes_weights(stage):
            warn_of_random_parts(stage.name, model)
        _check_learning(outlook, stage, model)
    else:
        with_images = resolver.stage_config(stage)
        take_images_of_learner(resolver, stage, with_images)
        check_target_classes(with_images, model)
        check_predicting(stage, cfg, model)
        _check_alike(outlook, stage)


def _check_takers(outlook: Outlook, stage: Stage) -> None:
    """Check that what takes regions or translations of a stage has one source."""
    if stage.finds_regions or stage.translates:
        takers = [s for s in outlook.resolver.stages if stage.name in s.labels_from]
        check_one_source(stage, takers, [outlook.config(s) for s in takers])


def _check_inputs_there(outlook: Outlook, stage: Stage) -> None:
    """Check what nothing will make before the stage runs, as it runs alone."""
    origin = stage_of_weights(stage)
    for name in (origin, *stage.average_with, *stage.labels_from):
        if name and not outlook.is_finished(name):
            raise not_finished(name, stage, outlook.resolver.folder(name))


def _check_alike(outlook: Outlook, stage: Stage) -> None:
    """Check that one network can hold all weights whose predictions are averaged."""
    network = outlook.config(stage).model.segmentor
    for name in stage.average_with:
        other = outlook.resolver.stage_config(outlook.resolver.find(name))
        if other.model.segmentor != network:
            raise StageError(
                f"stage '{stage.name}': average_with='{name}' trains another network "
                f"than '{stage.weights_from}'. Averaged are networks of one "
                "model.segmentor; they may differ in all else"
            )


def _check_learning(outlook: Outlook, stage: Stage, model: nn.Module) -> None:
    """Check a stage against the labels, regions and domains of its data."""
    cfg = outlook.config(stage)
    check_training(stage.name, cfg, model)
    if not outlook.resolver.request.toy:  # --toy shortens all of it
        prefix = f"{stage.name}." if len(outlook.resolver.stages) > 1 else ""
        for line in too_short_for(cfg, prefix):
            say(f"{stage.name}: {line}")
        for warning in rate_zero_before(cfg, cfg.train_cfg.max_iters):
            say(f"{stage.name}: warning: {warning}")
    if stage.labels is not None:
        set_labels(cfg, None, stage.name)
    if stage.translated is not None:
        set_translated(cfg, None, stage.name)
    elif waits_for_translations(cfg):
        raise StageError(
            f"stage '{stage.name}' would train on translated images, but no stage "
            "makes any for it. Set the translated_dir of its TranslatedDataset to a "
            "folder written by tools/translate_dataset.py, or list the stages that "
            "train a translator and translate (docs/translation.md)."
        )
    _set_regions(outlook, stage)
    finders = [outlook.resolver.find(name) for name in stage.regions]
    rules = {k: rule for s in finders for k, rule in s.region_rules.items()}
    rules |= rules_on_disk(cfg, stage.regions)
    check_region_heads(model, rules)
    check_domains(model, cfg)


def _check_labels_come(outlook: Outlook, stage: Stage) -> None:
    """Check that a stage without ``labels`` does not wait for some.

    Raises:
        StageError: If it does: nothing would ever make them.
    """
    nodes = pseudo_labelled_in(outlook.config(stage))
    if all(node.get("pseudo_label_dir") for node in nodes):
        return
    advice = (
        "Set the pseudo_label_dir of its PseudoLabelledDataset to a folder written by "
        "tools/generate_pseudo_labels.py, or list the stages that make the labels "
        "(docs/stages.md)."
    )
    if any(later.weights_from == stage.name for later in outlook.resolver.stages):
        advice = (
            "Give the checkpoint that stands in for this stage: "
            "--stage-one-checkpoint FILE. To train the stage, give it a config of its "
            f"own: stages.{stage.name}.config."
        )
    raise StageError(
        f"stage '{stage.name}' would train on pseudo-labels, but no stage makes any "
        f"for it. {advice}"
    )


def _check_follows(outlook: Outlook, stage: Stage, model: nn.Module) -> None:
    """Check a stage against the one whose weights it takes when they are there."""
    origin = outlook.resolver.find(str(stage_of_weights(stage)))
    cfg = outlook.resolver.stage_config(origin)
    hooks = cfg.get("default_hooks") or {}
    kept = cfg.get("val_cfg") and (hooks.get("checkpoint") or {}).get("save_best")
    if stage.weights == "best" and not kept:
        raise StageError(
            f"stage '{stage.name}' takes the best weights of '{origin.name}', which "
            "will keep none: it is not validated, or default_hooks.checkpoint has no "
            "save_best. Use weights='final'."
        )
    earlier = check_model(cfg, None, trains=False)
    report = compare_with_model(model, earlier.state_dict(), ignore=TRAINING_PARTS)
    if not report.is_complete:
        raise StageError(
            f"the network of stage '{stage.name}' differs from that of stage "
            f"'{origin.name}', whose weights it starts from:\n{report}\nMake them the "
            "same; a key of --cfg-options without the name of a stage changes both."
        )
