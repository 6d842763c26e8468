"""Whether the images that a model's views take are in the batches of its stage."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from mmseg_uda.models.segmentors.domain_wiring import domains_seen
from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError


def check_domains(model: nn.Module, cfg: Mapping[str, Any]) -> None:
    """Check the domains behind a model's objectives against those of its data.

    Args:
        model: The built model; one without objectives is not checked.
        cfg: Config of a training stage.

    Raises:
        StageError: If its data have no such domain.
    """
    domains = _sampled(cfg["train_dataloader"])
    if not domains or not hasattr(model, "objectives"):
        return
    for name, objective in model.objectives.items():
        for view, domain in domains_seen(objective, model.views, model.maps):
            if domain not in domains:
                raise StageError(
                    f"objective '{name}' looks at view '{view}' and with it at "
                    f"domain '{domain}', but the batches of train_dataloader have "
                    f"{', '.join(domains)} (dataset.domains that its sampler "
                    f"takes images of).{did_you_mean(domain, domains)}"
                )


def _sampled(loader: Mapping[str, Any]) -> list[str]:
    """Domains that a batch holds images of."""
    counts = (loader.get("sampler") or {}).get("samples_per_domain") or {}
    domains = loader["dataset"].get("domains") or {}
    return [name for name in domains if counts.get(name, 1)]
