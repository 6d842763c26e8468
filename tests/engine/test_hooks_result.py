import json
import re

import pytest
from toy_runner import build_runner

from mmseg_uda.engine.checkpoints import find_resumable
from mmseg_uda.engine.hooks import ResultHook


def read(folder):
    return json.loads((folder / "result.json").read_text())


def test_result_hook__final_and_best(tmp_path):
    scores = {2: 30.0, 4: 45.25, 6: float("nan")}
    build_runner(tmp_path, "result", scores=scores).train()
    result = read(tmp_path)
    assert result["final"] == {"iter": 6, "mIoU": None, "aAcc": 50.0}
    assert result["best"] == {"iter": 4, "mIoU": 45.25, "aAcc": 50.0}
    assert [r["iter"] for r in result["history"]] == [2, 4, 6]


def test_result_hook__log_shows_eta_rates_losses_and_results(tmp_path):
    build_runner(tmp_path, "log", scores={2: 30.0, 6: 20.0}).train()
    log = next(tmp_path.glob("*/*.log")).read_text()
    line = next(x for x in log.splitlines() if "Iter(train) [3/6]" in x)
    assert re.search(r"segmentor\.lr: 9\.\S+e-02 +heads\.lr: 4\.\S+e-02 +eta: 0:", line)
    for name in ("source.loss_decode", "adv.loss_fool", "adv.loss_head"):
        assert f"{name}: " in line
    assert "final result (iteration 6): mIoU 20.0  aAcc 50.0" in log
    assert "best result (iteration 2): mIoU 30.0  aAcc 50.0" in log


def test_result_hook__warns_of_classes_that_are_never_predicted(tmp_path):
    runner = build_runner(tmp_path, "never", scores={6: 20.0})
    runner.val_evaluator.metrics[0].never_predicted = ["rider"]
    runner.train()
    log = next(tmp_path.glob("*/*.log")).read_text()
    assert re.search(r"WARNING - never predicted, .*\(IoU 0\): rider\. ", log)


def test_result_hook__says_which_classes_the_mean_is_not_over(tmp_path):
    runner = build_runner(tmp_path, "not_over", scores={6: 20.0})
    metric = runner.val_evaluator.metrics[0]
    compute = metric.compute_metrics
    more = {"IoU.land": 20.0, "IoU.lake": float("nan")}
    metric.compute_metrics = lambda results: compute(results) | more
    runner.train()
    log = next(tmp_path.glob("*/*.log")).read_text()
    assert "mIoU 20.0 (over 1 of 2 classes: 'lake' occurs neither in labels" in log
    assert read(tmp_path)["final"]["IoU.lake"] is None


def test_result_hook__new_run_forgets_the_old_one(tmp_path):
    build_runner(tmp_path, "old", scores={6: 90.0}).train()
    build_runner(tmp_path, "new", scores={2: 1.0}, max_iters=2).train()
    assert read(tmp_path)["best"]["mIoU"] == 1.0


def test_result_hook__no_final_before_the_end(tmp_path):
    class Stop(BaseException):
        pass

    runner = build_runner(tmp_path, "stop", checkpoint={"interval": 2})
    runner.val_loop.evaluator.metrics[0].scores = {2: 20.0}
    train_step, calls = runner.model.train_step, []

    def stop_at_four(*args, **kwargs):
        calls.append(0)
        if len(calls) == 4:
            raise Stop
        return train_step(*args, **kwargs)

    runner.model.train_step = stop_at_four
    with pytest.raises(Stop):
        runner.train()
    assert read(tmp_path)["final"] is None
    assert read(tmp_path)["best"]["mIoU"] == 20.0
    resumed = build_runner(
        tmp_path, "go_on", scores={6: 10.0}, resume_from=find_resumable(tmp_path)
    )
    resumed.train()
    assert [r["mIoU"] for r in read(tmp_path)["history"]] == [20.0, 0.0, 10.0]
    assert read(tmp_path)["best"]["iter"] == 2


def test_result_hook__validation_outside_of_training(tmp_path):
    build_runner(tmp_path, "alone").val()
    assert not (tmp_path / "result.json").exists()


def test_result_hook__unknown_metric(tmp_path):
    runner = build_runner(tmp_path, "key")
    hook = next(h for h in runner.hooks if isinstance(h, ResultHook))
    hook.key = "mIoU16"
    with pytest.raises(ValueError, match="'mIoU16', but the evaluation gives mIoU"):
        runner.train()
