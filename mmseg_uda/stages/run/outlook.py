"""What a call is about to do, seen before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.config import Config

from mmseg_uda.engine.checkpoints import iteration_checkpoints

from .given_weights import given_weights, stage_of_weights
from .inputs import need_finished, weights_in
from .record import DONE, read_json
from .resolve import Resolver
from .stage import Stage


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
    stages: Sequence[Stage]
    afresh: frozenset[str] = frozenset()
    given: Path | None = None
    _configs: dict[str, Config] = field(default_factory=dict)

    def config(self, stage: Stage) -> Config:
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

    def is_idle(self, stage: Stage) -> bool:
        """Whether only a stage that a checkpoint stands in for would take its regions.

        One that is asked for by name is never idle.
        """
        if not stage.finds_regions or len(self.stages) == 1:
            return False
        users = [s for s in self.resolver.stages if stage.name in s.regions]
        return all(self._stands_given(user.name) for user in users)

    def _stands_given(self, name: str) -> bool:
        """Whether a checkpoint of this or an earlier call stands in for a stage."""
        if name in self.afresh:
            return self.is_given(name)
        record = read_json(self.resolver.folder(name) / DONE) or {}
        return self.is_given(name) or bool(record.get("given"))

    def to_run(self) -> list[Stage]:
        """Return the stages that will run."""
        return [
            stage
            for stage in self.stages
            if not (self.is_finished(stage.name) or self.is_idle(stage))
        ]

    def weights(self, stage: Stage) -> Path | None:
        """Return the weights a stage starts from, if they are there already.

        Raises:
            StageError: If they are a file of the user's that is not there.
        """
        given = given_weights(stage, self.config(stage))
        if given is not None:
            return given.path()
        origin = stage_of_weights(stage)
        return None if origin is None else self._weights_of(origin, stage)

    def averaged(self, stage: Stage) -> dict[str, Path]:
        """Return the further weights a stage predicts with that are there already."""
        files = {name: self._weights_of(name, stage) for name in stage.average_with}
        return {name: file for name, file in files.items() if file is not None}

    def _weights_of(self, origin: str, stage: Stage) -> Path | None:
        if self.is_given(origin):
            return self.given
        if not self.is_finished(origin):
            return None
        folder = self.resolver.folder(origin)
        done = need_finished(origin, stage, folder)
        return folder / weights_in(origin, done, stage)[0]

    def is_pretrained(self, stage: Stage) -> bool:
        """Whether a stage starts with the pretrained weights of its network."""
        starts = stage.trains and not self.resumes(stage)
        return starts and not self.takes_weights(stage)

    def takes_weights(self, stage: Stage) -> bool:
        """Whether a stage starts from the weights of another one, or of a file."""
        given = given_weights(stage, self.config(stage))
        return given is not None or stage_of_weights(stage) is not None

    def resumes(self, stage: Stage) -> bool:
        """Whether a training stage goes on from a checkpoint of its own."""
        folder = self.resolver.folder(stage)
        return stage.name not in self.afresh and bool(iteration_checkpoints(folder))
