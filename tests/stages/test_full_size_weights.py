"""What an error about weights says of ``--toy``."""

import pytest

from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.errors import StageError
from mmseg_uda.weights.checkpoints import WeightsMismatchError


@pytest.mark.parametrize(("toy", "advice"), [(True, "leave --toy"), (False, "add --t")])
def test_toy_explained__may_be_the_reason_either_way(toy, advice):
    with (
        pytest.raises(StageError, match=rf"(?s)fits in part.*{advice}"),
        toy_explained(toy),
    ):
        raise WeightsMismatchError("it fits in part")


def test_toy_explained__leaves_other_errors_alone():
    with pytest.raises(ValueError, match=r"^broken$"), toy_explained(False):
        raise ValueError("broken")
