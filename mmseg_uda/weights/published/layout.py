"""Recognising the network whose weights a checkpoint holds."""

from dataclasses import dataclass

from torch import Tensor

from .foreign import explain_foreign
from .head import CONCAT, SUM, Head
from .names import VGG_HEAD, heads_in
from .trunk import Trunk
from .vgg_trunk import VggTrunk

_LISTED = 30  # names that an error spells out


@dataclass(frozen=True)
class Layout:
    """A network of the literature.

    Attributes:
        trunk: Its ResNet or VGG-16.
        main: The head that predicts.
        aux: The auxiliary head, or None.
        pattern: Key of :data:`mmseg_uda.weights.published.families.PATTERNS`.
    """

    trunk: Trunk | VggTrunk
    main: Head
    aux: Head | None
    pattern: str

    @property
    def heads(self) -> list[Head]:
        """Its heads, the main one first."""
        return [self.main] if self.aux is None else [self.main, self.aux]

    def input_of(self, head: Head) -> tuple[int, ...]:
        """Return the stages (3, 4) whose features a head sees, in order."""
        return self.trunk.stages_of(head.in_channels)


def recognise(weights: dict[str, Tensor]) -> Layout:
    """Recognise a complete network from the names and shapes of its weights.

    Args:
        weights: Weights by name, without wrappers' prefixes.

    Raises:
        ValueError: If it is none of the literature's networks with heads (says what it
            seems to be, or what was found and what there could be), if weights of it
            are missing (lists them), or if its heads fit no known network.
    """
    names = heads_in(weights)
    kind, begins = (
        (VggTrunk, "features.") if names == [VGG_HEAD] else (Trunk, "layer1.")
    )
    if not names or not any(name.startswith(begins) for name in weights):
        raise ValueError(explain_foreign(weights))
    trunk = kind.read(weights)
    heads = [Head.read(weights, name) for name in names]
    missing = trunk.missing(weights)
    for head in heads:
        missing += [name for name in head.names if name not in weights]
    if heads[-1].name == "layer5" and trunk.stages_of(heads[-1].in_channels) == (3,):
        missing.append("layer6.* (layer5 is the auxiliary head, on layer3)")
    if missing:
        more = f"\n    ... and {len(missing) - _LISTED} more"
        raise ValueError(
            f"weights are missing ({len(missing)}):\n    "
            + "\n    ".join(missing[:_LISTED])
            + (more if len(missing) > _LISTED else "")
            + "\nThe file is incomplete: copy or download it again, or save it whole."
        )
    aux = heads[0] if len(heads) > 1 else None
    layout = Layout(trunk, heads[-1], aux, "")
    return Layout(trunk, heads[-1], aux, _pattern(layout))


def _pattern(layout: Layout) -> str:
    kinds = {head.kind for head in layout.heads}
    inputs = tuple(layout.input_of(head) for head in layout.heads)
    if any(head.norm == "LN" for head in layout.heads):
        raise ValueError(
            "its heads have layer norm, which is bound to one size of images; this "
            "project has no such head. Published files have group norm."
        )
    if kinds == {SUM} and len({head.num_classes for head in layout.heads}) == 1:
        if inputs == ((4,),):
            return "vgg" if layout.main.name == VGG_HEAD else layout.main.name
        if inputs in (((4,), (3,)), ((4,), (4,))):
            return "two_heads" if inputs[1] == (3,) else "two_views"
    if kinds == {CONCAT} and () not in inputs:
        return "concat"
    described = ", ".join(
        f"{head.name}: {head.kind} head on {head.in_channels} channels, "
        f"{head.num_classes} classes"
        for head in layout.heads
    )
    raise ValueError(
        f"its heads fit no network of the literature: {described}; "
        f"{layout.trunk.sizes}."
    )
