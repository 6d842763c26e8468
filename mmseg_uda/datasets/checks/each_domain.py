"""Checking one domain after the other, whatever is wrong with the first."""

from collections.abc import Callable, Mapping
from typing import Any

from mmseg.registry import DATASETS

from ..loader_config import check_loader_config, domains_of
from ..preflight import DatasetReport, check_dataset
from .decoded_before import DecodedBefore
from .pending_files import without_missing_labels


def check_each_domain(
    dataloader: Mapping[str, Any],
    max_full: int | None = 200,
    before: DecodedBefore | None = None,
) -> tuple[list[DatasetReport], list[Exception]]:
    """Do what :func:`check_dataloader` does, but go on after a problem.

    Args:
        dataloader: Config as in ``cfg.train_dataloader``.
        max_full: See :func:`check_dataset`.
        before: Likewise.

    Returns:
        Reports of the domains that are fine, and what is wrong with the rest.
    """
    errors: list[Exception] = []

    def attempt(check: Callable, *args: Any, **kwargs: Any) -> Any:
        try:
            return check(*args, **kwargs)
        except (FileNotFoundError, ValueError) as error:
            errors.append(error)
            return None

    attempt(check_loader_config, dataloader)
    if errors:
        return [], errors
    domains = domains_of(dataloader) or {None: dataloader["dataset"]}
    found = [
        attempt(check_dataset, domain, max_full, name=name, before=before)
        for name, domain in domains.items()
    ]
    if not errors:  # do they go together?
        attempt(DATASETS.build, without_missing_labels(dataloader["dataset"]))
    return [report for reports in found for report in reports or ()], errors
