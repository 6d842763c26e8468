"""What every kind of stage is: options, inputs, a product, and what to do for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from mmengine.config import Config

from mmseg_uda.weights.checkpoints import file_hash
from mmseg_uda.weights.weight_files import is_file_name

from .run.record import data_roots
from .told import Told, as_call

if TYPE_CHECKING:
    from mmseg_uda.engine.toy_rules import ToyRules

    from .checks.loaders import DataCheck
    from .plan.resolve import Resolver
    from .run.inputs import Inputs
    from .run.outlook import Outlook
    from .run.stage_run import StageRun

#: The product whose files others start from or predict with.
WEIGHTS = "weights"


@dataclass(frozen=True)
class Takes:
    """What an option of a stage takes of earlier stages, which it names.

    Args:
        product: What is taken: ``makes`` of the stages that may be named.
        many: Whether it may name several stages.
        required: What the stage is for it, if the option must be given.
        or_file: Whether it may be a weight file instead.
        or_else: What else it may be, as an error message ends.
        key: Name of what is taken in the stage's fingerprint, without the number or
            name that tells several apart.
        numbered: Whether several are told apart by their number, not by their name.
    """

    product: str
    many: bool = False
    required: str = ""
    or_file: bool = False
    or_else: str = ""
    key: str = ""
    numbered: bool = False


class BaseStage:
    """One stage of a run: what one entry of ``stages`` describes.

    A kind of stage is a class in the registry ``STAGES``. Its options are the keyword
    arguments of its constructor, which checks them and raises ``ValueError``; what it
    takes of earlier stages, what it makes and what it reads are declared below. The run
    then plans, checks, skips, resumes, takes over and locks it like any other.

    Args:
        name: Its key in ``stages``, and the name of its folder.
        leaf: The config file whose ``stages`` it is an entry of.

    Attributes:
        config: Config file whose model and data it uses: that of :meth:`trainer`.
    """

    #: Name of the product; its completion record has a ``<makes>_hash``,
    makes: ClassVar[str] = ""
    #: that of this file in its folder, which stands for all that it has made.
    manifest: ClassVar[str] = ""
    #: Files or folders in its folder, as patterns, that it goes on with after a kill,
    #: or that a changed config would waste; anything, unless a kind knows better.
    leaves: ClassVar[tuple[str, ...]] = ("*",)
    #: Options that name earlier stages.
    takes: ClassVar[Mapping[str, Takes]] = {}
    #: Domain of the training data that it reads, which its config then keeps even if no
    #: objective looks at it; None for several, or none.
    reads: ClassVar[str | None] = None
    #: Whether the data of its config are checked for its own sake.
    looks_at_data: ClassVar[bool] = True
    #: Whether it trains a model with a config of its own.
    trains: ClassVar[bool] = False
    #: Name of the one stage of a config without ``stages``, if it is of this kind.
    alone: ClassVar[str | None] = None
    #: Options that cannot be changed where the stage comes along with another one.
    bringing: ClassVar[tuple[str, ...]] = ()
    #: What it does, between its name and its config.
    does: ClassVar[str] = "works on"

    #: ``'final'`` or ``'best'``: which weights of other stages it takes.
    weights: str = "final"
    #: What it changes in its config, dotted key -> value.
    cfg_options: Mapping[str, Any] = {}

    def __init__(self, name: str, leaf: Path) -> None:
        self.name = name
        self.config = leaf

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None

    def __repr__(self) -> str:
        options = ", ".join(f"{key}={value!r}" for key, value in vars(self).items())
        return f"{self.kind}({options})"

    @property
    def kind(self) -> str:
        """Its type in configs."""
        return type(self).__name__

    # ---- what it takes of other stages

    def named(self, option: str) -> tuple[str, ...]:
        """Return the earlier stages that an option names."""
        value = getattr(self, option)
        if value is None or (self.takes[option].or_file and is_file_name(value)):
            return ()
        return (value,) if isinstance(value, str) else tuple(value)

    @property
    def builds_on(self) -> tuple[str, ...]:
        """All earlier stages that this one takes something from."""
        return tuple(name for option in self.takes for name in self.named(option))

    @property
    def weights_from(self) -> str | None:
        """The stage or file whose weights it starts from, if it takes any."""
        for option, takes in self.takes.items():
            if takes.product == WEIGHTS and not takes.many:
                return getattr(self, option)
        return None

    def takers(self, stages: Iterable[BaseStage]) -> list[BaseStage]:
        """Return the stages that take something from this one, in their order."""
        return [stage for stage in stages if self.name in stage.builds_on]

    # ---- its config

    def trainer(self, stages: Sequence[BaseStage]) -> BaseStage:
        """Return the training stage whose config this one works with.

        That is itself if it trains; else the one whose weights it takes, the first
        that takes what it makes, the next one behind it, or the last one.

        Args:
            stages: All stages of the run.

        Raises:
            StageError: If there is none.
        """
        if self.trains:
            return self
        by_name = {stage.name: stage for stage in stages}
        if self.weights_from in by_name:
            return by_name[self.weights_from].trainer(stages)
        later = [stage for stage in stages if stage.trains]
        takers = [stage for stage in self.takers(stages) if stage.trains]
        names = list(by_name)
        behind = [s for s in later if names.index(s.name) > names.index(self.name)]
        return (takers or behind or later[-1:])[0]

    @classmethod
    def bring(cls, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the entries of stages that an entry stands for, and what is left.

        Args:
            options: The entry, with its ``type``.

        Returns:
            Entries to be listed in front of it, by name; and its own options then.
        """
        return {}, dict(options)

    @classmethod
    def shrink(cls, options: dict[str, Any], rules: ToyRules) -> None:
        """Make the sizes among its options small for ``--toy``, in place."""

    def add_data(self, cfg: Config, find: Callable[[str], BaseStage]) -> None:
        """Add to the data of its config what earlier stages make for it, in place.

        Args:
            cfg: The config.
            find: Returns the stage of a name.
        """

    @property
    def filled(self) -> Collection[str]:
        """Types of data sets and transforms that read what earlier stages make."""
        return ()

    # ---- what decides its outcome, and what it has made

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return what decides what it makes, apart from what it takes of others.

        By default these are its options and all that its config says of the domain that
        it reads, with the pipeline of the training.

        Args:
            cfg: Its config.
        """
        apart = ("name", "config", *self.takes)
        options = {key: v for key, v in vars(self).items() if key not in apart}
        domains = (cfg.get("train_dataloader") or {}).get("dataset", {}).get("domains")
        return {
            "stage": {"type": self.kind, **options},
            "data": (domains or {}).get(self.reads),
        }

    def data_roots(self, cfg: Config) -> dict[str, str]:
        """Return where what it reads lies, by dotted key."""
        return data_roots(cfg)

    def outputs(self, folder: Path) -> dict[str, str]:
        """Describe what it has made, for its completion record.

        Args:
            folder: Its folder.

        Returns:
            Texts by name, ``<makes>_hash`` among them; of weights ``checkpoint``, the
            file, and ``checkpoint_hash``.
        """
        return {f"{self.makes}_hash": file_hash(folder / self.manifest)}

    def keeps_best(self, cfg: Config) -> bool:
        """Whether it keeps other weights than those at its end, as its best."""
        return False

    # ---- checking, running, telling

    def check_inputs(self, outlook: Outlook) -> None:
        """Check what its config says of its inputs, before these are looked for."""

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Check all that can be without running it, but for its data; on rank 0.

        Args:
            outlook: What is about to be done.
            weights: The weights that it starts from, if they are there already.

        Raises:
            StageError: If something is wrong with it.
        """

    def check_data(self, outlook: Outlook, check: DataCheck) -> None:
        """Check the files that it reads; on rank 0. By default all data of its config.

        Args:
            outlook: What is about to be done.
            check: Called with a config and a name; checks its training data.
        """
        if self.reads is not None and self.looks_at_data:
            check(outlook.config(self), self.name)

    def announcement(self, inputs: Inputs) -> str:
        """Say what it is about to make, for the line above its work."""
        return self.makes

    def carry_out(self, run: StageRun) -> None:
        """Say what begins, write it down, and run; called on all ranks."""
        run.begin(self.announcement(run.inputs))
        self.run(run)

    def run(self, run: StageRun) -> None:
        """Make what it makes, in ``run.folder``; called on all ranks.

        What one rank is to do for all goes through
        :func:`~mmseg_uda.utils.ranks.on_rank_zero`. What was begun before a kill is
        still there, and is to be gone on with.

        Args:
            run: The config (``cfg``), what it takes of others (``inputs.weights``,
                ``inputs.of(option)``), its ``folder``, and ``say``.
        """
        raise NotImplementedError

    def describe(self, resolver: Resolver) -> Told:
        """Return the stage as text and as plain data."""
        options = resolver.leaf.stages[self.name].to_dict()
        return Told(as_call(options), data=options)
