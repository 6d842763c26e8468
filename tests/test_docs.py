"""The documentation holds: links, file names, equations, and the configs it prints."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from in_process import load
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from PIL import Image
from resolved import as_read, resolved
from timm_here import HAS_TIMM, WITHOUT_TIMM, is_of_timm

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.equation import as_equation, describe
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_data, check_stages

ROOT = Path(__file__).parents[1]
DOCS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "configs/**/*.md", "demo/**/*.md")
    for path in ROOT.glob(pattern)
)
METHODS = sorted(
    path.name
    for path in (ROOT / "configs").iterdir()
    if path.is_dir() and path.name != "_base_" and any(path.glob("*.py"))
)
# a fenced block whose first line names the file that it is
BLOCK = re.compile(r"```python\n# (configs/\S+\.py)\n(.*?)```", re.DOTALL)
PRINTED = {
    name: text for doc in DOCS for name, text in BLOCK.findall((ROOT / doc).read_text())
}
SHELL = re.compile(r"```bash\n(.*?)```", re.DOTALL)
# commands with options, on configs that are there
WITH_OPTIONS = sorted(
    {
        line.strip()
        for doc in DOCS
        for block in SHELL.findall((ROOT / doc).read_text())
        for line in re.sub(r"\\\n", " ", block).splitlines()
        if re.search(r"tools/train\.py configs/(?!own/).* --cfg-options ", line)
    }
)
# what makes the networks of the printed configs fit for a test, by dotted key
SMALL_BACKBONE = {
    "model.segmentor.backbone.depth": 18,
    "model.segmentor.backbone.base_channels": 8,
    "model.segmentor.backbone.stem_channels": 8,
}
SMALL_DEEPLAB = {
    **SMALL_BACKBONE,
    "model.segmentor.decode_head.in_channels": [64, 32],
    "model.segmentor.decode_head.channels": 32,
    "model.segmentor.decode_head.bottleneck_channels": 32,
    "model.segmentor.auxiliary_head.in_channels": 32,
    "model.segmentor.auxiliary_head.channels": 32,
    "model.segmentor.auxiliary_head.bottleneck_channels": 32,
}
SHORT = {
    "train_cfg.max_iters": 2,
    "train_cfg.val_interval": 2,
    "default_hooks.logger.interval": 1,
    **{
        f"{split}_dataloader.{key}": value
        for split in ("train", "val", "test")
        for key, value in (("num_workers", 0), ("persistent_workers", False))
    },
}


def options(changes: dict) -> list[str]:
    return [f"{key}={value}".replace(" ", "") for key, value in changes.items()]


def draw(folder: Path, count: int, labels: bool) -> None:
    rng = np.random.default_rng(count)
    for index in range(count):
        label = np.zeros((64, 96), np.uint8)
        for value in (1, 2, 3):
            top, left = rng.integers(0, 40), rng.integers(0, 60)
            label[top : top + 24, left : left + 36] = value
        image = rng.integers(0, 255, (64, 96, 3), np.uint8)
        for name, array in (("images", image), ("labels", label)):
            if name == "images" or labels:
                path = folder / name / "a" / f"{index:03d}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(path)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch) -> Path:
    """A folder with the printed configs and a few images where they expect them."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    for name, text in PRINTED.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    data = tmp_path / "configs/own/own_data.py"
    text = data.read_text()
    for size, small in (("(1024, 768)", "(96, 64)"), ("(512, 512)", "(48, 64)")):
        assert text.count(size) == 1
        text = text.replace(size, small)
    data.write_text(text)
    for domain, count, labels in (("source", 3, 1), ("target", 3, 0), ("val", 1, 1)):
        draw(tmp_path / "data/own" / domain, count, bool(labels))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(tool: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / tool), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("doc", DOCS)
def test_doc__links_resolve(doc):
    text = re.sub(r"```.*?```", "", (ROOT / doc).read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / doc).parent / name if name else ROOT / doc
        assert path.exists(), f"{doc} links to {target}"
        if anchor:
            assert anchor in headings(path), f"{doc} links to {target}"


def headings(path: Path) -> set[str]:
    """Anchors of a page, as GitHub makes them from its headings."""
    lines = re.findall(r"^#+ (.*)$", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("doc", DOCS)
def test_doc__names_files_that_exist(doc):
    text = BLOCK.sub("", (ROOT / doc).read_text())
    pattern = r"(?<![\w/.*])(?:tools|configs|mmseg_uda|tests)/[\w/.]+\.(?:py|sh|yml)\b"
    for name in re.findall(pattern, text):
        assert (ROOT / name).is_file() or name in PRINTED, f"{doc} names {name}"


@pytest.mark.parametrize("method", METHODS)
def test_method__readme_and_metafile_name_every_leaf(method):
    folder = ROOT / "configs" / method
    readme = (folder / "README.md").read_text()
    metafile = yaml.safe_load((folder / "metafile.yml").read_text())
    leaves = {path.name for path in folder.glob("*.py")}
    assert all(f"({name})" in readme for name in leaves)
    collection = metafile["Collections"][0]
    assert (ROOT / collection["README"]) == folder / "README.md"
    models = {Path(model["Config"]).name: model for model in metafile["Models"]}
    assert set(models) == leaves
    for model in models.values():
        assert model["In Collection"] == collection["Name"]
        assert (ROOT / model["Config"]).is_file()
        if model.get("Results"):  # a control has none to report
            assert "paper" in model["Metadata"]["Results Reported By"]
        cfg = resolved(ROOT / model["Config"])
        assert cfg.train_dataloader.batch_size == model["Metadata"]["Batch Size"]


def test_model_index__imports_every_metafile():
    index = yaml.safe_load((ROOT / "model-index.yml").read_text())
    wanted = [f"configs/{method}/metafile.yml" for method in METHODS]
    assert sorted(index["Import"]) == sorted(wanted)


@pytest.mark.parametrize("method", METHODS)
def test_method__readme_prints_the_equation(method):
    for leaf in sorted((ROOT / "configs" / method).glob("*.py")):
        if is_of_timm(leaf.name) and not HAS_TIMM:
            continue
        # mmseg's MiT computes with numbers while it is built
        with torch.device("cpu" if "mit_b0" in leaf.name else "meta"):
            model = MODELS.build(as_read(leaf).model)
        equation = as_equation(describe(model)).strip("\n")
        readme = (leaf.parent / "README.md").read_text()
        if leaf.stem.endswith("_synthia"):  # may differ from GTA5's in its numbers
            readme, equation = _without_numbers(readme), _without_numbers(equation)
        assert f"```text\n{equation}\n```" in readme, f"now it is\n{equation}"


def _without_numbers(text):
    return re.sub(r"\d+(\.\d+)?(e-\d+)?", "#", text)


@pytest.fixture(scope="module")
def parse_train():
    return load("tools/train.py").parse_args


@pytest.mark.parametrize("command", WITH_OPTIONS)
def test_command__its_options_fit_the_config(command, parse_train):
    _, _, *arguments = shlex.split(command, comments=True)
    args = parse_train(arguments)
    resolver = Resolver(
        Request(
            config=ROOT / args.config,
            options=args.cfg_options,
            toy=args.toy,
            toy_network=args.toy_network,
        )
    )
    for stage in resolver.stages:
        resolver.stage_config(stage)


def test_command__some_are_found():
    assert len(WITH_OPTIONS) >= 5
    assert any("GlobalThreshold" in command for command in WITH_OPTIONS)


def test_printed_configs__are_all_found():
    assert len(PRINTED) >= 8
    assert "configs/own/mrnet_lcrf_own.py" in PRINTED


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_printed_config__builds_at_full_size(name, workspace):
    cfg = Config.fromfile(workspace / name)
    if "model" not in cfg:
        return
    cfg = resolved(workspace / name) if "own" in cfg else cfg
    if cfg.model.segmentor.backbone.type == "TimmTrunk" and not HAS_TIMM:
        pytest.skip(WITHOUT_TIMM)  # only an environment with timm can build these
    # mmseg's MiT computes with numbers while it is built
    with torch.device("cpu" if "segformer" in name else "meta"):
        model = MODELS.build(cfg.model)
    build_optim_wrapper(model, cfg.optim_wrapper)
    classes = cfg.get("num_classes", model.num_classes)
    assert model.num_classes == classes
    for role, head in cfg.model.get("heads", {}).items():
        of_features = cfg.model.segmentor.decode_head.in_channels
        channels = of_features if role.startswith("c_") else classes
        # translators and their discriminators see images
        assert head is None or head.get("in_channels", channels) == channels


@pytest.mark.slow
def test_own_data__runs_all_stages_then_predicts(workspace):
    from mmseg.apis import MMSegInferencer, inference_model, init_model

    config = "configs/own/mrnet_lcrf_own.py"
    table = run("check_data.py", config)
    assert "source" in table
    changes = options({**SMALL_DEEPLAB, **SHORT})
    out = run("train.py", config, "--pretrained=none", "--cfg-options", *changes)
    assert "stage_two" in out
    folder = workspace / "work_dirs/mrnet_lcrf_own/stage_two"
    inferencer = MMSegInferencer(
        model=str(folder / "mrnet_lcrf_own.py"),
        weights=str(folder / "iter_2.pth"),
        device="cpu",
    )
    image = workspace / "data/own/val/images/a/000.png"
    prediction = inferencer(str(image), show=False)["predictions"]
    assert prediction.shape == (64, 96)
    assert prediction.max() < 4
    model = init_model(
        str(folder / "mrnet_lcrf_own.py"), str(folder / "iter_2.pth"), device="cpu"
    )
    again = inference_model(model, str(image)).pred_sem_seg.data[0]
    assert np.array_equal(again.numpy(), prediction)


@pytest.mark.slow
def test_own_data__one_file_trains_and_predicts(workspace):
    config = "configs/own/own_folders.py"
    changes = {"own.scale": (96, 64), "own.crop_size": (48, 64), "own.iters": 2}
    changes |= {k: v for k, v in SHORT.items() if "dataloader" in k}
    changes["own.batch_size"] = 2
    changes |= {
        f"own.samples_per_domain.{domain}": 1 for domain in ("source", "target")
    }
    run("train.py", config, "--cfg-options", *options(changes))
    checkpoint = "work_dirs/own_folders/stage_two/iter_2.pth"
    run(
        "predict.py", config, checkpoint, "data/own/target/images", "--out", "predicted"
    )
    written = sorted(Path("predicted/labels").rglob("*.png"))
    assert [path.name for path in written] == ["000.png", "001.png", "002.png"]


@pytest.mark.nightly
def test_own_data__scores_without_target_labels(workspace):
    draw(workspace / "data/own/source_val", 2, True)
    changes = {"own.scale": (96, 64), "own.crop_size": (48, 64), "own.iters": 2}
    changes |= {"own.num_workers": 0, "own.batch_size": 2}
    changes |= {
        f"own.samples_per_domain.{domain}": 1 for domain in ("source", "target")
    }
    config = "configs/own/own_scores.py"
    run("train.py", config, "--cfg-options", *options(changes))
    for stage in ("stage_one", "stage_two"):
        folder = workspace / "work_dirs/own_scores" / stage
        result = json.loads((folder / "result.json").read_text())
        assert {name for name in result["best"] if "IoU." not in name} == {
            "iter",
            *(f"source/{name}" for name in ("mIoU", "aAcc", "mAcc")),
            *(
                f"target/label_free/{name}"
                for name in (
                    *("certainty", "information", "density", "smoothness"),
                    *("consistency", "consistency_js", "invariance"),
                )
            ),
        }
        assert len([*folder.glob("best_*information_iter_*.pth")]) == 1
    checkpoint = "work_dirs/own_scores/stage_two/iter_2.pth"
    told = run("test.py", config, checkpoint, "--cfg-options", *options(changes))
    assert "iter_2.pth: source/mIoU " in told
    assert "IoU.road" not in told.rpartition("iter_2.pth: ")[2]


@torch.no_grad()
def predict_several_classes(stock):
    """Centre the outputs of random weights, which else predict one class alone."""
    stock.eval()
    noise = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    logits = stock.encode_decode(noise, [{"img_shape": (64, 96)}] * 2)
    stock.decode_head.conv_seg.bias -= logits.mean(dim=(0, 2, 3))


@pytest.mark.slow
@pytest.mark.parametrize("aux", [True, False])
def test_own_network__refines_a_stock_checkpoint(aux, workspace):
    name = "lcrf_pspnet" if aux else "lcrf_pspnet_single"
    small = {
        **SMALL_BACKBONE,
        "model.segmentor.decode_head.in_channels": 64,
        "model.segmentor.decode_head.channels": 16,
    }
    if aux:
        small["model.segmentor.auxiliary_head.in_channels"] = 32
        small["model.segmentor.auxiliary_head.channels"] = 16
    config = f"configs/own/{name}.py"
    cfg = Config.fromfile(config)
    cfg.merge_from_dict(small)
    stock = MODELS.build(cfg.model.segmentor)
    predict_several_classes(stock)
    torch.save({"state_dict": stock.state_dict(), "meta": {}}, "stock.pth")
    changes = options({**small, **SHORT})
    given = ("--stage-one-checkpoint", "stock.pth")
    run("train.py", config, *given, "--cfg-options", *changes)
    adapted = torch.load(
        f"work_dirs/{name}/stage_two/iter_2.pth", weights_only=False, map_location="cpu"
    )["state_dict"]
    before = torch.load("stock.pth")["state_dict"]
    assert any((before[key] != adapted[key]).any() for key in before)
    stock.load_state_dict(adapted)  # strictly: the layout is that of plain mmseg


@pytest.mark.nightly
def test_own_data__without_any_target_label_trains_and_predicts(workspace):
    config = "configs/own/mrnet_own_no_labels.py"
    short = {k: v for k, v in SHORT.items() if not k.startswith("val_dataloader")}
    changes = options({**SMALL_DEEPLAB, **short})
    run("train.py", config, "--pretrained=none", "--cfg-options", *changes)
    checkpoint = "work_dirs/mrnet_own_no_labels/train/iter_2.pth"
    run("test.py", config, checkpoint, "--cfg-options", *changes)
    written = sorted(Path("work_dirs/predictions").glob("*.png"))
    assert [path.name for path in written] == ["000.png", "001.png", "002.png"]


@pytest.mark.nightly
def test_own_data__mlan_runs_all_stages(workspace):
    changes = {**SMALL_BACKBONE, **SHORT}
    changes["model.segmentor.decode_head.in_channels"] = 64
    for size, patch in dict(small=8, medium=16, large=32).items():
        rule = f"regions.rules.{size}"
        changes[f"{rule}.patch_size"] = (patch, patch)
        changes |= {f"{rule}.min_samples": 2, f"{rule}.eps": 10}
    for stage in ("cr_al", "translators", "train"):
        changes[f"{stage}.model.heads.c_image.in_channels"] = 64
        for size, patch in dict(small=8, medium=16, large=32).items():
            head = f"{stage}.model.heads.c_{size}"
            changes |= {f"{head}.patch_size": (patch, patch), f"{head}.in_channels": 64}
    for generator in ("g_st", "g_ts"):
        head = f"translators.model.heads.{generator}"
        changes |= {f"{head}.channels": 4, f"{head}.num_blocks": 1}
    given = ("--pretrained=none", "--cfg-options", *options(changes))
    run("train.py", "configs/own/mlan_own.py", *given)
    folder = workspace / "work_dirs/mlan_own"
    report = json.loads((folder / "regions/region_labels.json").read_text())
    assert set(report["sizes"]) == {"small", "medium", "large"}
    assert (folder / "self_training/iter_2.pth").is_file()


def test_own_data__mlan_is_ready_to_run(workspace):
    run = Resolver(Request(Path("configs/own/mlan_own.py"), pretrained="none"))
    names = [stage.name for stage in run.stages]
    assert names == [
        *("regions", "cr_al", "translators", "translate"),
        *("train", "pseudo_labels", "self_training"),
    ]
    check_stages(Outlook(run, run.stages))
    assert not Path("work_dirs").exists()
    check_data(Outlook(run, run.stages))


@pytest.mark.slow
def test_stages__weights_without_discriminators_predict_pseudo_labels(workspace):
    # published and plain mmseg checkpoints have none, the config of stage one has
    config = "configs/own/mrnet_own.py"
    cfg = Config.fromfile(config)
    cfg.merge_from_dict(SMALL_DEEPLAB)
    cfg.model.segmentor.backbone.init_cfg = None
    torch.save(MODELS.build(cfg.model.segmentor).state_dict(), "plain.pth")
    changes = options({**SMALL_DEEPLAB, **SHORT})
    given = ("plain.pth", "--out=labels", "--cfg-options")
    out = run("generate_pseudo_labels.py", config, *given, *changes)
    assert "3 images, 100 % of the pixels kept" in out
