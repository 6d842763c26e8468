"""What a call is about to do, seen before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.config import Config

from mmseg_uda.engine.checkpoints import iteration_checkpoints

from ..base_stage import WEIGHTS, BaseStage
from ..plan.resolve import Resolver
from ..weights.given_weights import given_weights, stage_of_weights
from .inputs import need_finished, weights_in
from .record import DONE, read_json


@dataclass
class Outlook:
    """What a call is about to do, and what will be there when it does.

    Args:
        resolver: The run.
        stages: Stages to run.
        afresh: Names of the stages whose folders will be moved aside.
        given: Checkpoint that will stand in for the first training stage.
    """

    resolver: Resolver
    stages: Sequence[BaseStage]
    afresh: frozenset[str] = frozenset()
    given: Path | None = None
    _configs: dict[str, Config] = field(default_factory=dict)

    def config(self, stage: BaseStage) -> Config:
        """Return the config of a stage, for the checks alone."""
        if stage.name not in self._configs:
            self._configs[stage.name] = self.resolver.stage_config(stage)
        return self._configs[stage.name]

    def is_given(self, name: str) -> bool:
        """Whether a checkpoint of this call stands in for a stage."""
        first = next(stage.name for stage in self.resolver.stages if stage.trains)
        return self.given is not None and name == first

    def is_finished(self, name: str) -> bool:
        """Whether a stage needs not run."""
        there = name not in self.afresh and (self.resolver.folder(name) / DONE).exists()
        return there or self.is_given(name)

    def is_idle(self, stage: BaseStage) -> bool:
        """Whether only stages that a checkpoint stands in for would take what it makes.

        One that trains, that takes something itself, or that is asked for by name is
        never idle.
        """
        if stage.trains or stage.builds_on or len(self.stages) == 1:
            return False
        users = stage.takers(self.resolver.stages)
        return bool(users) and all(self._stands_given(user.name) for user in users)

    def _stands_given(self, name: str) -> bool:
        """Whether a checkpoint of this or an earlier call stands in for a stage."""
        if name in self.afresh:
            return self.is_given(name)
        record = read_json(self.resolver.folder(name) / DONE) or {}
        return self.is_given(name) or bool(record.get("given"))

    def to_run(self) -> list[BaseStage]:
        """Return the stages that will run."""
        return [
            stage
            for stage in self.stages
            if not (self.is_finished(stage.name) or self.is_idle(stage))
        ]

    def weights(self, stage: BaseStage) -> Path | None:
        """Return the weights a stage starts from, if they are there already.

        Raises:
            StageError: If they are a file of the user's that is not there.
        """
        given = given_weights(stage, self.config(stage))
        if given is not None:
            return given.path()
        origin = stage_of_weights(stage)
        return None if origin is None else self._weights_of(origin, stage)

    def taken(self, stage: BaseStage) -> dict[str, Path]:
        """Return the weights of other stages that one takes and that are there."""
        names = [
            name
            for option, takes in stage.takes.items()
            if takes.product == WEIGHTS
            for name in stage.named(option)
        ]
        files = {name: self._weights_of(name, stage) for name in names}
        return {name: file for name, file in files.items() if file is not None}

    def folders(self, stage: BaseStage, option: str) -> dict[str, Path | None]:
        """Return the folders of what an option takes; None for those not there yet."""
        return {
            name: self.resolver.folder(name) if self.is_finished(name) else None
            for name in stage.named(option)
        }

    def _weights_of(self, origin: str, stage: BaseStage) -> Path | None:
        if self.is_given(origin):
            return self.given
        if not self.is_finished(origin):
            return None
        folder = self.resolver.folder(origin)
        done = need_finished(origin, stage, folder)
        return folder / weights_in(origin, done, stage)[0]

    def is_pretrained(self, stage: BaseStage) -> bool:
        """Whether a stage starts with the pretrained weights of its network."""
        starts = stage.trains and not self.resumes(stage)
        return starts and not self.takes_weights(stage)

    def takes_weights(self, stage: BaseStage) -> bool:
        """Whether a stage starts from the weights of another one, or of a file."""
        given = given_weights(stage, self.config(stage))
        return given is not None or stage_of_weights(stage) is not None

    def resumes(self, stage: BaseStage) -> bool:
        """Whether a training stage goes on from a checkpoint of its own."""
        folder = self.resolver.folder(stage)
        return stage.name not in self.afresh and bool(iteration_checkpoints(folder))
