"""The command ``mmseg-uda``: what it knows, and how soon it says so."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from mmseg_uda.commands import choices
from mmseg_uda.commands.main import COMMANDS, main
from mmseg_uda.utils.shipped import config_file, project, shipped_config

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_command__is_a_tool_too(name, capsys):
    module, does = COMMANDS[name]
    tool = (ROOT / "tools" / f"{module}.py").read_text()
    assert f'main("{name}")' in tool
    assert f"``mmseg-uda {name}``" in tool
    with pytest.raises(SystemExit) as end:
        main(name, ["--help"])
    assert end.value.code == 0
    assert "usage: " in capsys.readouterr().out
    assert does[0].islower()


def test_tools__are_commands():
    tools = {path.stem for path in (ROOT / "tools").glob("*.py")}
    assert tools == {module for module, _ in COMMANDS.values()}


def test_main__lists_and_corrects(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["mmseg-uda"])
    for words, code in (["--help"], 0), ([], 2):
        with pytest.raises(SystemExit) as end:
            main(argv=words)
        assert end.value.code == code
        assert all(f"  {name} " in capsys.readouterr().out for name in ["train"])
    with pytest.raises(SystemExit) as end:
        main(argv=["trian"])
    assert end.value.code == 2
    assert "no command 'trian'. Did you mean 'train'?" in capsys.readouterr().err


_TELL = """
import sys
from mmseg_uda.commands.main import main
try:
    main()
except SystemExit as end:
    print("code", end.code)
print("imported", sorted({"torch", "mmengine", "cv2"} & set(sys.modules)))
"""


def run(*command):
    return subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, cwd=ROOT
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["train", "--help"], 0),
        (["train"], 2),
        (["describe", "--hlep"], 2),
        (["train", "c.py", "--seed", "-1"], 2),
        (["--version"], 0),
    ],
)
def test_start_up__help_and_mistakes_import_nothing_heavy(words, code, tmp_path):
    (tmp_path / "mmseg-uda").write_text(_TELL)  # as pip calls it
    told = run(tmp_path / "mmseg-uda", *words)
    assert f"code {code}\nimported []" in told.stdout, told.stderr


@pytest.mark.parametrize("how", [["-m"], ["-W", "ignore", "-m"]])
def test_start_up__as_a_module(how):
    told = run("-X", "importtime", *how, "mmseg_uda", "--version")
    assert told.stdout.startswith("mmseg_uda ")
    assert "| torch\n" not in told.stderr.replace("  ", "")


@pytest.mark.parametrize("name", ["mmseg-uda.py", "other", "tool.py"])
def test_parts__are_imported_by_any_other_program(name, tmp_path):
    more = "import runpy; runpy.run_path('tools/train.py'); " * (name == "tool.py")
    script = f"{more}import sys, mmseg_uda; print('mmseg_uda.models' in sys.modules)"
    (tmp_path / name).write_text(script)
    assert run(tmp_path / name).stdout == "True\n"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_parts__are_there_in_processes_that_a_tool_starts(method, tmp_path):
    tool = (ROOT / "tools" / "train.py").read_text().split("    from mmseg_uda")[0]
    (tmp_path / "tool.py").write_text(
        f"""{tool}
    from mmseg_uda.commands.begin import begun

    with begun(True):
        from multiprocessing import get_context

        import asked
        with get_context({method!r}).Pool(1) as pool:
            print(pool.map(asked.known, ["LoadLabels"]))
"""
    )
    (tmp_path / "asked.py").write_text(
        """import mmseg_uda
from mmseg.registry import TRANSFORMS


def known(name):
    return TRANSFORMS.get(name) is not None
"""
    )
    done = run(tmp_path / "tool.py")
    assert done.stdout == "[True]\n", done.stderr


def test_choices__are_what_the_parts_know():
    noise = import_module("mmseg_uda.models.maps.feature_noise")
    toy = import_module("mmseg_uda.engine.toy_rules")
    default = noise.FeatureNoise()
    assert choices.TOY_NETWORKS[0] == toy.DEFAULT_NETWORK
    assert set(choices.TOY_NETWORKS) == set(toy.NETWORKS)
    assert {key: getattr(default, key) for key in choices.NOISE} == choices.NOISE
    same = {
        "TOY_ROOT": ("engine.toy", "DEFAULT_TOY_ROOT"),
        "NOISE_KINDS": ("models.maps.feature_noise", "NOISE_KINDS"),
        "NOISE_UNITS": ("models.maps.noise.units", "NOISE_UNITS"),
        "TOYCITY": ("toycity.formats", "DEFAULT_COUNTS"),
    }
    for name, (module, theirs) in same.items():
        known = getattr(import_module(f"mmseg_uda.{module}"), theirs)
        assert getattr(choices, name) == known, name
    keys = {
        "COMBINED": ("map_quality.score_set", "COMBINED"),
        "FAMILIES": ("weights.published", "FAMILIES"),
        "TASKS": ("benchmark.rows", "TASKS"),
    }
    for name, (module, theirs) in keys.items():
        known = getattr(import_module(f"mmseg_uda.{module}"), theirs)
        assert getattr(choices, name) == tuple(known), name
    grid = import_module("mmseg_uda.map_quality.noise_grid")
    assert len(grid.DEFAULT_NOISE) == choices.NUM_NOISES


def test_config_file__here_before_what_comes_along(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    leaf = "lcrf/mrnet_lcrf_gta.py"
    assert config_file(leaf) == project() / "configs" / leaf
    (tmp_path / "lcrf").mkdir()
    (tmp_path / leaf).write_text("")
    assert config_file(leaf) == Path(leaf)
    assert config_file("nowhere.py") == Path("nowhere.py")
    assert shipped_config(f"mmseg_uda::{leaf}") == project() / "configs" / leaf
    assert shipped_config("mmseg::x.py") is None
    assert shipped_config(leaf) is None
