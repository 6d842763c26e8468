"""Sections of a config, and keys that nothing reads."""

from pathlib import Path

import pytest
from helpers import on_toycity

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.config.load_config import load_config
from mmseg_uda.stages.config.unread_keys import check_keys, idle_changes

CONFIGS = Path(__file__).parents[2] / "configs"
LEAF = CONFIGS / "source_only" / "source_only_gta.py"


def child(folder, text, base=LEAF):
    (folder / "leaf.py").write_text(f"_base_ = {str(base)!r}\n{text}\n")
    return folder / "leaf.py"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("train_dataloder = dict(batch_size=2)", "mean 'train_dataloader'"),
        ("optim_wraper = dict(heads=None)", "mean 'optim_wrapper'"),
        ("trian_cfg = dict(max_iters=2)", "mean 'train_cfg'"),
        ("load_form = 'x.pth'", "mean 'load_from'"),
        ("custom_import = dict(imports='x')", "mean 'custom_imports'"),
        ("modle = dict(heads=None)", "mean 'model'"),
        ("tta_pipelin = []", "mean 'tta_pipeline'"),
        ("lr_config = dict(policy='poly')", "before 1.0. .*now: param_scheduler"),
        ("data = dict(samples_per_gpu=2)", "before 1.0. .*now: train_dataloader"),
    ],
)
def test_check_keys__that_nothing_reads(tmp_path, text, said):
    path = child(tmp_path, text)
    with pytest.raises(StageError, match=rf"(?s)leaf\.py: nothing reads .*{said}"):
        Resolver(Request(path))


@pytest.mark.parametrize(
    "text",
    [
        "my_option = 3",
        "models = dict()\nmodel = dict(**models)",
        "optimizer = dict(lr=1)\noptim_wrapper = dict(segmentor=optimizer)",
        "find_unused_parameters = True",
        "test_dataloaders = _base_.test_dataloader\ntest_dataloader = test_dataloaders",
    ],
)
def test_check_keys__of_ones_own(tmp_path, text):
    check_keys(child(tmp_path, text))


def test_check_keys__of_a_config_that_is_written_out(tmp_path):
    """What has built the entries is unused in what mmengine writes of a config."""
    parts = "optimizer = dict(lr=1)\ntest_pipeline = []\ntarget_pipeline = []\n"
    path = child(tmp_path, parts + "optim_wrapper = dict(segmentor=optimizer)")
    load_config(path).dump(str(tmp_path / "written.py"))
    check_keys(tmp_path / "written.py")


def test_check_keys__used_by_an_heir(tmp_path):
    (tmp_path / "base.py").write_text("models = dict(a=1)")
    check_keys(child(tmp_path, "model = _base_.models", tmp_path / "base.py"))
    check_keys(child(tmp_path, "model = '{{_base_.models}}'", tmp_path / "base.py"))
    with pytest.raises(StageError, match=r"base\.py: nothing reads 'models'"):
        check_keys(child(tmp_path, "model = dict()", tmp_path / "base.py"))


def test_idle_changes__of_what_the_base_has_used(tmp_path, capsys):
    base = tmp_path / "base.py"
    base.write_text("size = 8\nmodel = dict(size=size)")
    path = child(tmp_path, "size = 4", base)
    (told,) = idle_changes(path)
    assert told.startswith(f"{path}: 'size' is set, but not used there: what {base} ")
    Resolver(Request(path))
    printed = capsys.readouterr()
    assert f"warning: {told}" in printed.err
    assert not printed.out, "which a tool may print JSON to"
    assert not list(idle_changes(child(tmp_path, "size = 4\na = size", base)))
    (tmp_path / "heir.py").write_text("_base_ = './leaf.py'\na = _base_.size")
    child(tmp_path, "size = 4", base)
    assert not list(idle_changes(tmp_path / "heir.py"))


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("[!_]*/*.py")))
def test_keys__of_shipped_configs(path):
    check_keys(path)
    assert not list(idle_changes(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("train_dataloader = 'x'", "train_dataloader must be a dict, got 'x'"),
        (
            "train_dataloader = dict(dataset='x')",
            r"train_dataloader\.dataset must",
        ),
        ("val_dataloader = [1]", "val_dataloader must be a dict"),
        ("optim_wrapper = 'x'", "optim_wrapper must be a dict"),
        ("custom_hooks = 'x'", "custom_hooks must be a list"),
        ("test_dataloader = dict(dataset=dict(domains=[1]))", r"test_.*domains must"),
        ("tta_pipeline = 'x'", "tta_pipeline must be a list"),
        ("default_scope = 3", "default_scope must be a text, got 3"),
        ("log_level = 'LOUD'", "log_level must be one of .*INFO.*, got 'LOUD'"),
        ("default_hooks = 3", "default_hooks must be a dict"),
    ],
)
def test_check_forms__of_a_file_and_of_options(tmp_path, text, said):
    path = child(tmp_path, text)
    with pytest.raises(StageError, match=rf"leaf\.py: {said}"):
        load_config(path)


def test_check_forms__of_an_option():
    resolver = Resolver(Request(LEAF, options={"train_dataloader.dataset": "x"}))
    with pytest.raises(StageError, match=r"--cfg-options: train_dataloader\.data"):
        resolver.stage_config(resolver.stages[0])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("model = dict(segmentr=dict(_delete_=True, type='A'))", "model.segmentr"),
        ("_delete_ = True", "the top level of the config"),
        ("custom_hooks = [dict(_delete_=True, type='A')]", r"custom_hooks\.0"),
    ],
)
def test_check_deletes__of_what_is_not_inherited(tmp_path, text, key):
    resolver = Resolver(Request(child(tmp_path, text)))
    with pytest.raises(StageError, match=f"{key} has _delete_, but nothing is inher"):
        resolver.stage_config(resolver.stages[0])


def test_check_deletes__of_what_is_replaced_later(tmp_path):
    optimizer = "dict(_delete_=True, type='Adam', lr=0.1)"
    entry = f"dict(optim_wrapper=dict(segmentor=dict(optimizer={optimizer})))"
    path = child(
        tmp_path,
        f"toy = {entry}\nstages = dict(train=dict(type='TrainStage', "
        f"cfg_options={{'optim_wrapper.segmentor.optimizer': {optimizer}}}))",
    )
    for toy in (False, True):
        resolver = Resolver(Request(path, **on_toycity(toy)))
        cfg = resolver.stage_config(resolver.stages[0])
        assert cfg.optim_wrapper.segmentor.optimizer == dict(type="Adam", lr=0.1)
