import pytest
import torch
from mmengine.logging import MessageHub
from toy_runner import NoisyToy, build_runner

from mmseg_uda.utils.finite import (
    NonFiniteLossError,
    check_finite,
    check_finite_weights,
)


def test_check_finite__passes_good_losses():
    check_finite({"a.loss": torch.ones(3), "b.loss": [torch.ones(2), torch.zeros(1)]})
    check_finite({"accuracy": torch.tensor(float("nan"))})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_check_finite__names_objective_term_and_iteration(value):
    MessageHub.get_current_instance().update_info("iter", 41)
    losses = {
        "source.loss_decode": torch.tensor(2.5),
        "lipschitz.loss_aux": [torch.tensor(1.0), torch.tensor(value)],
    }
    with pytest.raises(NonFiniteLossError) as error:
        check_finite(losses)
    text = str(error.value)
    assert "iteration 41 in objective(s) lipschitz: lipschitz.loss_aux=" in text
    assert "Still finite: source.loss_decode=2.5." in text


def test_check_finite_weights__names_the_tensor():
    check_finite_weights({"n": torch.tensor(3), "w": torch.ones(2)}, 7)
    with pytest.raises(NonFiniteLossError, match=r"after iteration 7, e\.g\. bad"):
        check_finite_weights(
            {"w": torch.ones(2), "bad": torch.tensor([1, torch.inf])}, 7
        )


def test_training__stops_before_the_weights_change(tmp_path):
    model = NoisyToy(nan_at=3)
    runner = build_runner(tmp_path, "nan", model=model, checkpoint={"interval": 3})
    with pytest.raises(NonFiniteLossError, match="iteration 3 in objective"):
        runner.train()
    saved = torch.load(tmp_path / "iter_3.pth", weights_only=False)["state_dict"]
    for name, value in model.named_parameters():
        torch.testing.assert_close(value.data, saved[name], rtol=0, atol=0)
