"""Everything that is checked before the first stage runs; nothing is changed yet."""

from mmseg_uda.datasets.checks.decoded_before import memory_folder
from mmseg_uda.utils.atomic_files import check_writable

from ..base_stage import BaseStage
from ..checks.loaders import DataCheck
from ..checks.sources import check_one_source
from ..errors import said_of_stage
from .folders import check_given, check_not_stale
from .inputs import check_there, not_finished
from .outlook import Outlook
from .record import DONE, STARTED, read_json


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
            stage.check_inputs(outlook)
            if len(outlook.stages) == 1:
                _check_inputs_there(outlook, stage)
            weights = outlook.weights(stage)
            check_there(stage, outlook.taken(stage))
            stage.check(outlook, weights)


def check_data(outlook: Outlook) -> None:
    """Check the data of every training stage that will run.

    Raises:
        StageError: If anything is wrong with them.
    """
    check = DataCheck(outlook.resolver.request.config, memory_folder())
    for stage in outlook.to_run():
        stage.check_data(outlook, check)


def _check_takers(outlook: Outlook, stage: BaseStage) -> None:
    """Check that what takes regions or translations of a stage has one source."""
    if stage.reads == "source":
        takers = stage.takers(outlook.resolver.stages)
        check_one_source(stage, takers, [outlook.config(s) for s in takers])


def _check_inputs_there(outlook: Outlook, stage: BaseStage) -> None:
    """Check what nothing will make before the stage runs, as it runs alone."""
    for name in stage.builds_on:
        if not outlook.is_finished(name):
            raise not_finished(name, stage, outlook.resolver.folder(name))
