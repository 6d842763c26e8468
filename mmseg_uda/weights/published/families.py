"""The code bases whose checkpoints are read, and what their keys do not say."""

from dataclasses import dataclass

#: How heads sit on the trunk: the patterns that names and shapes can tell apart.
PATTERNS = {
    "two_heads": "conv1, bn1, layer1-4 (a ResNet), layer5.conv2d_list.{0-3} on layer3 "
    "(auxiliary head), layer6.conv2d_list.{0-3} on layer4 (main head)",
    "two_views": "the ResNet, layer5.conv2d_list.{0-3} and layer6.conv2d_list.{0-3}, "
    "both on layer4",
    "layer5": "the ResNet, layer5.conv2d_list.{0-3} on layer4 (main head)",
    "layer6": "the ResNet, layer6.conv2d_list.{0-3} on layer4 (main head)",
    "vgg": "features.{0-31} (a VGG-16 with fc6 and fc7), classifier.conv2d_list.{0-3}",
    "concat": "the ResNet, layer5 on layer3 and layer6 on layer4 and layer3 "
    "concatenated, each with conv2d_list.{0-4}.{0,1}, bottleneck and head.1.weight",
}


@dataclass(frozen=True)
class Family:
    """A code base that publishes checkpoints.

    Attributes:
        title: Its name.
        patterns: Keys of :data:`PATTERNS`.
        branches: How many of the four summed branches it runs.
        rgb: Whether its images are RGB, normalised by torchvision's mean and std;
            else they are BGR in 0..255 minus the mean.
        aux_weight: Weight of the auxiliary logits in its evaluation.
    """

    title: str
    patterns: tuple[str, ...]
    branches: int = 4
    rgb: bool = False
    aux_weight: float = 0.0


#: By the name under which the tool takes them.
FAMILIES = {
    "adaptsegnet": Family("AdaptSegNet", ("two_heads", "layer5", "vgg"), branches=2),
    "maxsquare": Family("MaxSquareLoss", ("two_heads",), branches=2),
    "advent": Family("ADVENT", ("two_heads", "layer6")),
    "clan": Family("CLAN", ("two_views",), aux_weight=1.0),
    "fda": Family("FDA", ("layer5",)),
    "bdl": Family("BDL", ("layer5",)),
    "crst": Family("CRST", ("layer5",), rgb=True),
    "crcda": Family("unofficial CrCDA", ("layer6",)),
    "seg_uncertainty": Family(
        "Seg-Uncertainty (MRNet, RPLUE)", ("concat",), aux_weight=0.5
    ),
}


def check_family(name: str, pattern: str) -> None:
    """Raise if a family has no checkpoints of that pattern.

    Raises:
        ValueError: If so, or if there is no such family.
    """
    if name not in FAMILIES:
        raise ValueError(f"there is no family '{name}', only {', '.join(FAMILIES)}")
    if pattern not in FAMILIES[name].patterns:
        fitting = [n for n, family in FAMILIES.items() if pattern in family.patterns]
        raise ValueError(
            f"the file is not laid out as those of {name}, but as those of "
            f"{', '.join(fitting)}: {PATTERNS[pattern]}. Leave the family out, or name "
            "one of these."
        )


def candidates(pattern: str, branches: int | None, rgb: bool | None) -> tuple[str, ...]:
    """Return the names of the families that a checkpoint can be of.

    Evidence that contradicts all of them is passed over.

    Args:
        pattern: Key of :data:`PATTERNS`.
        branches: How many summed branches seem to run, if that is known.
        rgb: Whether the images seem to be normalised RGB, if that is known.
    """
    names = [name for name, f in FAMILIES.items() if pattern in f.patterns]
    if branches is not None:
        names = [n for n in names if FAMILIES[n].branches == branches] or names
    if rgb is not None:
        names = [n for n in names if FAMILIES[n].rgb == rgb] or names
    return tuple(names)
