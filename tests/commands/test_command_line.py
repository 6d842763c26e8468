"""What the tools' command lines have in common."""

import argparse
import os

import pytest

from mmseg_uda.commands.command_line import add_cfg_options, add_debug, add_launcher


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    for add in (add_cfg_options, add_launcher, add_debug):
        add(parser)
    return parser


def test_options__by_default_nothing(parser, monkeypatch):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    args = parser.parse_args([])
    assert (args.cfg_options, args.launcher, args.debug) == (None, "none", False)
    assert "LOCAL_RANK" not in os.environ


@pytest.mark.parametrize("option", ["--local_rank=3", "--local-rank=3"])
@pytest.mark.parametrize(("there", "expected"), [(None, "3"), ("1", "1")])
def test_local_rank__as_old_launchers_pass_it(
    parser, monkeypatch, option, there, expected
):
    monkeypatch.setenv("LOCAL_RANK", there or "")
    if there is None:
        monkeypatch.delenv("LOCAL_RANK")
    parser.parse_args(["--launcher", "pytorch", option])
    assert os.environ["LOCAL_RANK"] == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'type': 'A', 'on': 't'}", {"type": "A", "on": "t"}),
        ("{'type':'A'}", {"type": "A"}),
        ("[{'a': 1}, {'b': (2, 3)}]", [{"a": 1}, {"b": (2, 3)}]),
    ],
)
def test_cfg_options__take_dicts_as_python_writes_them(parser, text, value):
    args = parser.parse_args(["--cfg-options", "x=1", f"a.b={text}", "c=2"])
    assert args.cfg_options == {"x": 1, "a.b": value, "c": 2}


@pytest.mark.parametrize("text", ["{type: A, on: t}", "{'a': 1", "dict(a=1,b=2)"])
def test_cfg_options__say_how_a_dict_is_written(parser, text, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args(["--cfg-options", f"a.b={text}"])
    said = capsys.readouterr().err.replace("\n", " ")
    assert f"a.b={text}: cannot read the value" in said
    assert "{'key': 'text', 'other': 1}" in said


def test_cfg_options__are_merged(parser):
    args = parser.parse_args(["--cfg-options", "a.b=1", "c=x_{}.pth"])
    assert args.cfg_options == {"a.b": 1, "c": "x_{}.pth"}
