"""The stage that gives weights the target's batch norm statistics."""

from pathlib import Path

import pytest
import torch

from mmseg_uda.commands.run_adapt_bn import run_adapt_bn
from mmseg_uda.stages import Request, Resolver, StageError, run_stages
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_data, check_stages
from mmseg_uda.stages.run.record import fingerprint
from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.toycity import make_toycity
from mmseg_uda.weights.safe_loading import load_weights_file

ROOT = Path(__file__).parents[2]
TABLE = """
_base_ = ["{root}/configs/source_only/source_only_gta.py"]
stages = dict(
    one=dict(type="TrainStage"),
    adapted=dict(type="BatchNormStage", checkpoint="one", batch_size=2),
    two=dict(type="TrainStage", load_from="adapted"),
)
"""
SHORT = {"toy.iters": 2, "train_cfg.val_interval": 2}


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    counts = dict(gta5=dict(train=4), cityscapes=dict(train=3, val=1))
    root = tmp_path_factory.mktemp("data") / "toycity"
    return make_toycity(root, only=counts, counts=counts, workers=1, progress=False)


@pytest.fixture
def leaf(tmp_path):
    path = tmp_path / "adapted.py"
    path.write_text(TABLE.format(root=ROOT))
    return path


@pytest.mark.slow
def test_run__weights_have_the_statistics_and_are_built_on(
    leaf, toy_root, tmp_path, capsys
):
    def request(folder, config=leaf):
        return Request(
            config,
            work_dir=folder,
            toy=True,
            toy_root=str(toy_root),
            toy_network="random",
            device="cpu",
            options=SHORT,
        )

    folder = run_stages(request(tmp_path / "run"))
    said = capsys.readouterr().out
    assert "2. adapted gives the target's batch norm statistics to" in said
    assert "batch norms have the statistics of 3 images" in said
    assert f"starting from {folder / 'adapted' / 'adapted.pth'}" in said
    # the same as those of the tool, from the same checkpoint
    own = folder / "one" / "iter_2.pth"
    options = StatisticsOptions(batch_size=2)
    single = request(None, ROOT / "configs/source_only/source_only_gta.py")
    run_adapt_bn(single, str(own), tmp_path / "tool.pth", options)
    ours, tools = (
        load_weights_file(path)
        for path in (folder / "adapted" / "adapted.pth", tmp_path / "tool.pth")
    )
    assert ours.keys() == tools.keys()
    assert all(torch.equal(ours[name], tools[name]) for name in ours)
    before = load_weights_file(own)
    assert any(not torch.equal(ours[n], before[n]) for n in ours if "running" in n)
    trained = [n for n in ours if "running" not in n and "num_" not in n]
    assert all(torch.equal(ours[n], before[n]) for n in trained)
    assert "adapted: finished, skipped" in _again(request(tmp_path / "run"), capsys)


def _again(request, capsys):
    capsys.readouterr()
    run_stages(request)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"blend": 2}, r"'adapted': .*blend must be"),
        ({"weights": "first"}, r"weights must be one of final, best, got 'first'"),
        ({"batchsize": 2}, r"no option 'batchsize'.*mean 'batch_size'"),
        ({"checkpoint": "two"}, r"must be an earlier BatchNormStage or TrainStage"),
        ({"checkpoint": None}, r"checkpoint must name the training stage whose"),
    ],
)
def test_plan__mistakes_are_told(leaf, options, said):
    options = {f"stages.adapted.{key}": value for key, value in options.items()}
    with pytest.raises(StageError, match=said):
        Resolver(Request(leaf, options=options))


def test_plan__best_weights_are_none_of_its(leaf):
    best = {"stages.two.weights": "best"}
    run = Resolver(Request(leaf, pretrained="none", options=best))
    with pytest.raises(StageError, match=r"'adapted', which will keep none: it writes"):
        check_stages(Outlook(run, run.stages))


def test_check__builds_the_pipeline_and_looks_at_the_target_alone(
    leaf, toy_root, tmp_path
):
    def outlook(**options):
        request = Request(
            leaf,
            work_dir=tmp_path / "run",
            toy=True,
            toy_root=str(toy_root),
            toy_network="random",
            options={f"one.{key}": value for key, value in options.items()},
        )
        run = Resolver(request)
        return Outlook(run, [run.find("adapted")])

    domains = "train_dataloader.dataset.domains"
    gone = outlook(**{f"{domains}.source.data_root": "/nowhere"})
    check_data(gone)
    gone = outlook(**{f"{domains}.target.data_root": "/nowhere"})
    with pytest.raises(OSError, match="/nowhere"):
        check_data(gone)
    wrong = outlook(**{"test_dataloader.dataset.pipeline.0.type": "LoadImageFromFil"})
    stage = wrong.stages[0]
    with pytest.raises(StageError, match=r"pipeline of a test.*LoadImageFromFil"):
        stage.check(wrong, None)


def test_deciding__how_the_images_are_read_not_how_one_trains_on_them(leaf):
    def decides(**options):
        options = {f"one.{key}": value for key, value in options.items()}
        run = Resolver(Request(leaf, options=options))
        stage = run.find("adapted")
        return fingerprint(stage.deciding(run.stage_config(stage)))

    crop = "train_dataloader.dataset.domains.target.pipeline.3.prob"
    assert decides(**{crop: 0.0}) == decides()
    size = "test_dataloader.dataset.pipeline.1.scale"
    assert decides(**{size: (64, 32)}) != decides()


def test_plan__statistics_may_be_built_on_and_predicted_with(leaf):
    more = """
stages["labels"] = dict(type="PseudoLabelStage", checkpoint="adapted")
"""
    leaf.write_text(leaf.read_text() + more)
    run = Resolver(Request(leaf))
    labels = run.find("labels")
    assert labels.trainer(run.stages) is run.find("one")
    assert run.find("two").weights_from == "adapted"
