"""The options of a request: which field each of them fills, and what is refused."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from mmseg_uda.commands import request_options as options
from mmseg_uda.commands import visualize
from mmseg_uda.stages import Request


def test_request__has_the_fields_that_are_named_and_no_others():
    args = Namespace(
        config=Path("c.py"), cfg_options=None, toy=True, toy_root="t", seed=3,
        toy_network="random", device="cpu", source_root="s",
    )  # fmt: skip
    got = options.request_of(args, *options.TOY, "device", launcher="slurm")
    assert got == Request(
        Path("c.py"), toy=True, toy_root="t", toy_network="random", device="cpu",
        launcher="slurm",
    )  # fmt: skip
    args.cfg_options = {"a.b": 1}
    assert options.request_of(args).options == {"a.b": 1}


def test_request__does_not_get_what_is_another_things_seed(monkeypatch):
    asked = []

    def instead(request, *_, **how):
        asked.append((request, how))
        return 1, 0

    monkeypatch.setattr("mmseg_uda.commands.run_visualize.run_visualize", instead)
    words = ["configs/mrnet/mrnet_gta.py", "c.pth", "i.png", "--out", "o"]
    visualize.main([*words, "--seed", "7", "--target-root", "t"])
    ((request, how),) = asked
    assert (request.seed, how["seed"], request.target_root) == (None, 7, "t")


def test_options__defaults_are_those_of_a_request():
    parser = ArgumentParser()
    options.add_toy(parser)
    for domain in ("source", "target"):
        options.add_root(parser, domain)
    options.add_device(parser)
    options.add_seed(parser, "everything")
    given = vars(parser.parse_args([]))
    default = vars(Request(Path("c.py")))
    assert given == {key: default[key] for key in given}
    assert set(options.TOY) < set(given)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seed", "-1"], "--seed: must be 0 or larger, got -1"),
        (["--seed", "1.5"], "--seed: invalid whole_number value: '1.5'"),
        (["--num-workers", "-2"], "--num-workers: must be 0 or larger, got -2"),
        (["--device", "tpu"], "invalid choice: 'tpu'"),
        (["--image-suffix", ".png"], "--image-suffix is of the folder that --images"),
    ],
)
def test_options__wrong_values_are_refused(capsys, words, said):
    parser = ArgumentParser()
    options.add_seed(parser, "everything")
    options.add_num_workers(parser)
    options.add_device(parser)
    options.add_image_folder(parser, "none")
    with pytest.raises(SystemExit):
        options.check_image_folder(parser, parser.parse_args(words))
    assert said in capsys.readouterr().err
