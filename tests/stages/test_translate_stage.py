"""The stage that translates: planned, checked, fingerprinted, handed on."""

from pathlib import Path

import pytest
from helpers import on_toycity
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver, StageError, plan_stages
from mmseg_uda.stages.config.overrides import set_translated, translated_in
from mmseg_uda.stages.run.bookkeeping import begin_record, decide_and_take, mark_done
from mmseg_uda.stages.run.decide import SKIP, START
from mmseg_uda.stages.run.folders import check_not_stale
from mmseg_uda.stages.run.inputs import Inputs, inputs_of
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages
from mmseg_uda.utils.atomic_files import write_json

CONFIGS = Path(__file__).parents[2] / "configs"
BDL = CONFIGS / "bdl" / "bdl_gta.py"


def table(**changes):
    stages = dict(
        translator=dict(type="TrainStage"),
        translate=dict(type="TranslateStage", checkpoint="translator"),
        train=dict(type="TrainStage", translated="translate"),
    )
    return {name: {**stages[name], **changes.get(name, {})} for name in stages}


def resolver(tmp_path, toy=True, **options):
    return Resolver(Request(BDL, work_dir=tmp_path, **on_toycity(toy), options=options))


def test_plan__translator_translate_train():
    translator, translate, train = plan_stages(table(), Path("leaf.py"))
    assert translate.makes == "translated"
    assert not translate.trains
    assert translator.trains
    assert (translate.weights_from, translate.generator) == ("translator", "g_st")
    assert translate.config == translator.config
    assert (train.translated, train.builds_on) == ("translate", ("translate",))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            dict(train=dict(translated="translat")),
            "TranslateStage.*mean 'translate'",
        ),
        (dict(train=dict(labels="translate")), "must be an earlier PseudoLabelStage"),
        (dict(translate=dict(checkpoint=None)), "must name the training stage of the"),
        (dict(translate=dict(checkpoint="train")), "must be an earlier .*TrainStage"),
        (dict(translate=dict(generater="g")), "no option 'generater'.*'generator'"),
    ],
)
def test_plan__wrong_tables(changes, said):
    with pytest.raises(StageError, match=said):
        plan_stages(table(**changes), Path("leaf.py"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mlan/rit_gta", "heads.c_small, heads.c_medium, heads.c_large, heads.c_image"),
        ("bdl/bdl_translator_gta", "segmentor"),
        ("translation/cyclegan_gta", None),
    ],
)
def test_check_stages__warns_of_frozen_parts_that_are_random(
    tmp_path, capsys, name, said
):
    leaf = tmp_path / "leaf.py"
    leaf.write_text(f"_base_ = {str(CONFIGS / name) + '.py'!r}\nstages = None\n")
    run = Resolver(Request(leaf, work_dir=tmp_path / "run", **on_toycity()))
    check_stages(Outlook(run, run.stages))
    printed = capsys.readouterr().out
    assert ("held fixed" in printed) == (said is not None)
    assert said is None or f"train: warning: {said} held fixed" in printed


def test_check_stages__shipped_config_is_fine(tmp_path, capsys):
    run = resolver(tmp_path)
    outlook = Outlook(run, run.stages)
    check_stages(outlook)
    assert "held fixed" not in capsys.readouterr().out
    names = [stage.name for stage in run.stages]
    assert names == [
        "first",
        "translators",
        "translate",
        "adversarial",
        "pseudo_labels",
        "pseudo",
    ]
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("translate", {"translate.generator": "g_t"}, "no head 'g_t' to translate"),
        (
            "translate",
            {"translators.translate_pipeline": None},
            "has no translate_pipeline",
        ),
        (
            "adversarial",
            {"stages.adversarial.translated": None},
            "would train on translated images, but no stage makes any",
        ),
        (
            "first",
            {"stages.first.translated": "translate"},
            "must be an earlier TranslateStage",
        ),
    ],
)
def test_check_stages__what_does_not_go_together(tmp_path, name, options, said):
    def check():
        run = resolver(tmp_path, **options)
        stage = run.find(name)
        check_stages(Outlook(run, [stage, stage]))  # two: not that stage alone

    with pytest.raises(StageError, match=said):
        check()

    with pytest.raises(StageError, match=said):
        check()


def test_check_stages__translating_alone_needs_the_translator(tmp_path):
    run = resolver(tmp_path)
    with pytest.raises(StageError, match="needs stage 'translators', which is not fin"):
        check_stages(Outlook(run, [run.find("translate")]))


def test_translate__images_are_those_of_the_learner(tmp_path):
    key = "adversarial.train_dataloader.dataset.domains.source.images.indices"
    run = resolver(tmp_path, **{key: 3})
    stage = run.find("translate")
    cfg = run.stage_config(stage)
    stage.take_source_of_learner(run, cfg)
    source = cfg.train_dataloader.dataset.domains["source"]
    assert (source["type"], source["indices"]) == ("GTA5Dataset", 3)
    assert list(cfg.translate_pipeline[1].scale) == [128, 128]  # --toy: an eighth


def finish(run, stage, inputs, content=b"{}"):
    folder = run.folder(stage)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "translated.json").write_bytes(content)
    record = begin_record(stage, run.stage_config(stage), inputs)
    mark_done(folder, stage, record, 1.0)


def with_translator(tmp_path):
    """A run whose translators are finished."""
    run = resolver(tmp_path)
    done = {"checkpoint": "iter_1.pth", "checkpoint_hash": "0", "fingerprint": {}}
    (tmp_path / "translators").mkdir()
    (tmp_path / "translators/iter_1.pth").touch()
    write_json(tmp_path / "translators/done.json", done)
    return run, run.find("translate")


def test_finished__is_skipped_and_hashed_into_the_training(tmp_path):
    run, stage = with_translator(tmp_path)
    cfg = run.stage_config(stage)
    inputs, decision = decide_and_take(run, stage, cfg)
    assert decision.action == START
    file = tmp_path / "translators/iter_1.pth"
    paths = {"checkpoint": {"translators": file}}
    assert inputs == Inputs(file, {"weights": "0"}, paths)
    finish(run, stage, inputs)
    assert decide_and_take(run, stage, cfg)[1].action == SKIP
    learner = run.find("adversarial")
    taken = inputs_of(learner, run.stage_config(learner), run)
    assert taken.of("translated") == {"translate": tmp_path / "translate"}
    finish(run, stage, inputs, b"[]")
    other = inputs_of(learner, run.stage_config(learner), run)
    assert other.hashes["translated"] != taken.hashes["translated"]


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"translate.generator": "g_ts"}, "rule.generator: 'g_st' -> 'g_ts'"),
        ({"translators.translate_pipeline.1.scale": (96, 48)}, "scale.0: 128 -> 96"),
        ({"translators.model.heads.g_st.num_blocks": 1}, "num_blocks: 2 -> 1"),
        # how the learner uses them decides nothing about the images
        ({"adversarial.train_cfg.max_iters": 7}, None),
    ],
)
def test_finished__with_other_settings_is_told(tmp_path, options, changes):
    run, stage = with_translator(tmp_path)
    finish(run, stage, inputs_of(stage, run.stage_config(stage), run))
    other = resolver(tmp_path, **options)
    stage = other.find("translate")
    cfg = other.stage_config(stage)
    if changes is None:
        assert decide_and_take(other, stage, cfg)[1].action == SKIP
        return
    with pytest.raises(StageError, match=changes):
        decide_and_take(other, stage, cfg)


def test_stale__training_whose_translations_are_gone(tmp_path):
    run = resolver(tmp_path)
    (tmp_path / "adversarial").mkdir()
    write_json(tmp_path / "adversarial/stage.json", {"fingerprint": {}})
    with pytest.raises(StageError, match="--restart-from translate"):
        check_not_stale(run, (), Outlook(run, run.stages).is_finished)


def test_set_translated__fills_the_path_in():
    node = dict(type="TranslatedDataset", translated_dir=None)
    cfg = Config(dict(train_dataloader=dict(dataset=dict(domains=dict(source=node)))))
    set_translated(cfg, Path("x"), "train")
    assert translated_in(cfg)[0]["translated_dir"] == "x"
    with pytest.raises(StageError, match="no TranslatedDataset to read them"):
        set_translated(Config({}), Path("x"), "train")


def test_options__for_all_stages_skip_those_without_that_section(tmp_path):
    run = resolver(tmp_path, **{"val_dataloader.dataset.indices": 3})
    assert run.stage_config(run.find("translators")).val_dataloader is None
    assert run.stage_config(run.find("pseudo")).val_dataloader.dataset.indices == 3
    run = resolver(tmp_path, **{"translators.val_dataloader.dataset.indices": 3})
    translators = run.find("translators")
    with pytest.raises(StageError, match="val_dataloader"):
        run.stage_config(translators)
