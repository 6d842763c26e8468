"""Changes to a config that the command line asks for by a flag of its own."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.engine.from_scratch import loads_itself, start_from_scratch
from mmseg_uda.engine.walk import dicts_in
from mmseg_uda.utils.suggestions import did_you_mean
from mmseg_uda.weights.weight_files import check_is_file

from ..errors import StageError
from .config_nodes import bound_hooks

#: Transforms that label the regions that a stage has found.
REGION_TRANSFORMS = ("LabelRegions", "LoadRegionLabels")

#: What an error about missing ones may add.
COMES_BY_ITSELF = (
    "LoadRegionLabels comes by itself into the source's own pipeline if that has "
    "LoadLabels and ends with PackSegInputs"
)

_EVALUATION = ("val_dataloader", "test_dataloader")


def datasets_in(cfg: Mapping[str, Any], *loaders: str) -> Iterator[dict]:
    """Yield every data set (a dict with a ``data_root``) of the given loaders."""
    for loader in loaders or ("train_dataloader", *_EVALUATION):
        for node in dicts_in(cfg.get(loader) or {}):
            if "data_root" in node:
                yield node


def backbone_of(cfg: Mapping[str, Any]) -> dict | None:
    """Return the backbone of a (wrapped) segmentor's config."""
    model = cfg.get("model") or {}
    return (model.get("segmentor") or model).get("backbone")


def set_roots(cfg: Config, source_root: str | None, target_root: str | None) -> None:
    """Point the data sets at other folders.

    ``source_root`` is for the training data of the domain ``source``, ``target_root``
    for those of every other domain and for the evaluation data.
    """
    by_root = datasets_by_role(cfg)
    for role, root in (("source", source_root), ("target", target_root)):
        for node in by_root[role] if root is not None else ():
            node["data_root"] = root


def check_roots(
    configs: Iterable[Config], source_root: str | None, target_root: str | None
) -> None:
    """Check that each folder given is one that some stage has a use for.

    Args:
        configs: Configs of all stages.
        source_root: See :func:`set_roots`.
        target_root: Likewise.

    Raises:
        StageError: If a folder is given that no data set would be read from.
    """
    by_role = [datasets_by_role(cfg) for cfg in configs]
    for role, root in (("source", source_root), ("target", target_root)):
        if root is not None and not any(nodes[role] for nodes in by_role):
            raise StageError(
                f"--{role}-root {root}: this config has no {role} data, so the option "
                "would change nothing; leave it out"
            )


def datasets_by_role(cfg: Config) -> dict[str, list[dict]]:
    """Return the data sets that ``--source-root`` and ``--target-root`` stand for."""
    dataset = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    domains = dataset.get("domains") or {}
    found: dict[str, list[dict]] = {"source": [], "target": []}
    for name, domain in domains.items():
        role = "source" if name == "source" else "target"
        found[role] += [node for node in dicts_in(domain) if "data_root" in node]
    found["target"] += datasets_in(cfg, *_EVALUATION)
    hooks = [node for hook in bound_hooks(cfg) for node in dicts_in(hook)]
    found["source"] += [node for node in hooks if "data_root" in node]
    return found


def set_pretrained(cfg: Config, pretrained: str) -> None:
    """Set the weights a backbone starts from: a file, or ``'none'`` for random ones.

    A file stands in for the one that the config names; what else the config says about
    it (``convention``: for which input it was trained) stays.

    Raises:
        StageError: If there is no such file, or the model has no backbone.
    """
    backbone = backbone_of(cfg)
    if backbone is None:
        raise StageError("--pretrained: the model of this config has no backbone")
    if loads_itself(backbone) and pretrained.lower() != "none":
        raise StageError(
            f"--pretrained {pretrained}: mmseg's TIMMBackbone would load a file in "
            "part without a word. Set backbone.type='TimmTrunk' in its place, which "
            "takes the same arguments but 'pretrained' and loads a file completely"
        )
    backbone.pop("pretrained", None)
    if pretrained.lower() == "none":
        backbone["init_cfg"] = None
        start_from_scratch(backbone)
        return
    try:
        path = check_is_file(pretrained, "--pretrained").resolve()
    except (FileNotFoundError, ValueError) as error:
        raise StageError(f"{error} (or give 'none' for random weights)") from error
    before = backbone.get("init_cfg")
    before = before if isinstance(before, dict) else {}
    kept = before if before.get("type") == "Pretrained" else {}
    backbone["init_cfg"] = {**kept, "type": "Pretrained", "checkpoint": str(path)}


def enable_amp(cfg: Config) -> None:
    """Turn every optimizer wrapper of a config into its mixed-precision variant."""
    wrapper = cfg.optim_wrapper
    entries = (
        [wrapper]
        if "optimizer" in wrapper
        else [entry for entry in wrapper.values() if isinstance(entry, dict)]
    )
    for entry in entries:
        if entry.get("type", "OptimWrapper") == "OptimWrapper":
            entry["type"] = "AmpOptimWrapper"
            entry.setdefault("loss_scale", "dynamic")


def enable_tensorboard(cfg: Config) -> None:
    """Let a config log to TensorBoard too, and draw pictures where it validates."""
    visualizer = cfg.setdefault("visualizer", {"type": "SegLocalVisualizer"})
    backends = visualizer.setdefault("vis_backends", [{"type": "LocalVisBackend"}])
    if all(backend["type"] != "TensorboardVisBackend" for backend in backends):
        backends.append({"type": "TensorboardVisBackend"})
    if cfg.get("val_dataloader"):
        hooks = cfg.setdefault("default_hooks", {})
        # the interval is named for --toy to scale it
        sample_maps = {"type": "SampleMapsHook", "interval_iters": 5000}
        hooks.setdefault("sample_maps", sample_maps)


def regions_in(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the transforms of a config's training that label regions."""
    nodes = dicts_in(cfg.get("train_dataloader") or {})
    return [node for node in nodes if node.get("type") in REGION_TRANSFORMS]


def set_regions(
    cfg: Mapping[str, Any], folders: Mapping[str, Path | None], stage: str
) -> None:
    """Tell the transforms of a stage that label regions where these were found.

    Args:
        cfg: Config of the stage.
        folders: Folder by name of the stage that finds them, None: not yet there.
        stage: Name of the stage.

    Raises:
        StageError: If there is no transform for one of them, or one for others.
    """
    nodes = regions_in(cfg)
    names = [str(node.get("name")) for node in nodes]
    for name in folders:
        if name not in names:
            raise StageError(
                f"stage '{stage}' takes the regions of '{name}', but no pipeline of "
                f"its train_dataloader has a {' or '.join(REGION_TRANSFORMS)} "
                f"of name='{name}'. {COMES_BY_ITSELF}." + did_you_mean(name, names)
            )
    for node, name in zip(nodes, names, strict=True):
        if name in folders:
            node["region_dir"] = None if folders[name] is None else str(folders[name])
        elif not node.get("region_dir"):
            raise StageError(
                f"stage '{stage}' labels the regions '{name}', but no stage finds them "
                f"for it. Give it regions='{name}' and list a stage of that name that "
                f"does, or set the region_dir of {node['type']} to a folder of one."
                + did_you_mean(name, folders)
            )


def pseudo_labelled_in(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the data sets of a config's training that read pseudo-labels."""
    nodes = dicts_in(cfg.get("train_dataloader") or {})
    return [node for node in nodes if node.get("type") == "PseudoLabelledDataset"]


def agreement_in(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the metrics of a config's validation that read pseudo-labels."""
    nodes = dicts_in(cfg.get("val_evaluator") or {})
    return [node for node in nodes if node.get("type") == "AgreementMetric"]


def translated_in(cfg: Mapping[str, Any]) -> list[dict]:
    """Return the data sets of a config's training that read translated images."""
    nodes = dicts_in(cfg.get("train_dataloader") or {})
    return [node for node in nodes if node.get("type") == "TranslatedDataset"]


def set_translated(cfg: Config, folder: Path | None, stage: str) -> None:
    """Tell a stage's data sets where the translated images lie (None: nowhere yet).

    Raises:
        StageError: If the training data have no such data set.
    """
    nodes = translated_in(cfg)
    if not nodes:
        raise StageError(
            f"stage '{stage}' takes translated images, but its train_dataloader has no "
            "TranslatedDataset to read them"
        )
    for node in nodes:
        node["translated_dir"] = None if folder is None else str(folder)


def set_labels(cfg: Config, folder: Path | None, stage: str) -> None:
    """Tell a stage's pseudo-labelled data sets where their labels lie (None: nowhere).

    So are metrics told that measure agreement with them, and name no other labels.

    Raises:
        StageError: If the training data have no such data set.
    """
    nodes = pseudo_labelled_in(cfg)
    if not nodes:
        raise StageError(
            f"stage '{stage}' takes labels, but its train_dataloader has no "
            "PseudoLabelledDataset to read them"
        )
    told = [node for node in agreement_in(cfg) if not node.get("pseudo_label_dir")]
    for node in (*nodes, *told):
        node["pseudo_label_dir"] = None if folder is None else str(folder)
