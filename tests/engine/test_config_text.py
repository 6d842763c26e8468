"""The text of a config says all of it, in lines that can be read."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_uda.engine.config_text import config_text
from mmseg_uda.stages import Request, Resolver

CONFIGS = Path(__file__).parents[2] / "configs"
LEAVES = ["lcrf/mrnet_lcrf_gta.py", "bdl/bdl_synthia.py"]


@pytest.mark.parametrize("leaf", LEAVES)
def test_text__reads_back_as_what_it_was(leaf, tmp_path):
    run = Resolver(Request(CONFIGS / leaf))
    for stage in run.stages:
        cfg = run.stage_config(stage)
        content = cfg.to_dict()
        file = tmp_path / "again.py"
        file.write_text(config_text(content))
        again = Config.fromfile(file, import_custom_modules=False)
        assert again.to_dict() == content
    # and as mmengine's own text does
    file.write_text(cfg.pretty_text)
    theirs = Config.fromfile(file, import_custom_modules=False)
    assert again.to_dict() == theirs.to_dict()


def test_text__breaks_what_does_not_fit():
    long = ["a" * 30, "b" * 30, "c" * 30]
    text = config_text(dict(z=dict(names=long, one=(1,), empty={}), a=None))
    assert text.split("\n") == [
        "a = None",
        "z = dict(",
        "    empty=dict(),",
        "    names=[",
        *(f"        {name!r}," for name in long),
        "    ],",
        "    one=(1,),",
        ")",
        "",
    ]
    assert all(len(line) < 80 for line in text.split("\n"))


def test_text__keys_that_are_no_names_and_types():
    content = {"a": {"model.backbone": 1, 2: "x"}, "b": dict(type=int), "c": Path}
    text = config_text(content)
    assert text == (
        "a = {2: 'x', 'model.backbone': 1}\nb = dict(type=int)\nc = pathlib.Path\n"
    )
    assert config_text({"a": {"class": 1}}) == "a = {'class': 1}\n"
