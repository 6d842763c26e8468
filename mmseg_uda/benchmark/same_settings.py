"""Results that a benchmark goes on with: of the same settings, or none."""

from collections.abc import Mapping
from typing import Any

from mmseg_uda.engine.toy_rules import RANDOM


def check_same(run: str, record: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to go on with the result of other settings: a table must not mix them.

    Args:
        run: The run, for the message.
        record: Its result.
        now: The small network and the options that it would be trained with now.

    Raises:
        ValueError: If they are not those of the result.
    """
    check_same_network(run, record, now["toy_network"])
    before, options = record.get("options"), now["options"]
    if before is not None and sorted(before) != sorted(options):
        told = (" ".join(given) or "(none)" for given in (before, options))
        raise _differs(run, "--cfg-options", *told)


def check_same_network(run: str, record: Mapping[str, Any], now: str) -> None:
    """Refuse the result of another small network, see :func:`check_same`."""
    # before there were two networks, all runs were of this one
    network = record.get("toy_network", RANDOM.name)
    if network != now:
        raise _differs(run, "--toy-network", network, now)


def _differs(run: str, flag: str, before: str, now: str) -> ValueError:
    return ValueError(
        f"{run} was trained with {flag} {before}, now {now} is given. Give the same, "
        "or choose other places: --results and --work-dir"
    )
