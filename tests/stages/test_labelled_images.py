"""What maps are judged on is looked at before anything is predicted."""

import numpy as np
import pytest
from helpers import tiny_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.stages.checks.labelled_images import (
    check_predicts_classes,
    labelled_images,
)
from mmseg_uda.stages.errors import StageError
from mmseg_uda.visualization.noisy_predictor import inner_segmentor

LOAD, LABELS = dict(type="LoadImageFromFile"), dict(type="LoadAnnotations")
RESIZE = dict(type="Resize", scale=(32, 16))
PACK = dict(type="PackSegInputs")


@pytest.fixture
def validation(tmp_path):
    """The validation of a config by its pipeline, two images of 64x48 pixels."""
    rng = np.random.default_rng(0)
    for folder, shape in (("images", (48, 64, 3)), ("labels", (48, 64))):
        (tmp_path / folder).mkdir()
        for index in range(2):
            pixels = rng.integers(0, 2, shape, np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{index}.png")

    def config(*pipeline):
        dataset = dict(
            type="BaseSegDataset",
            data_root=str(tmp_path),
            data_prefix=dict(img_path="images", seg_map_path="labels"),
            img_suffix=".png",
            metainfo=dict(classes=("a", "b"), palette=[[0, 0, 0], [9, 9, 9]]),
            pipeline=list(pipeline),
        )
        return Config(dict(val_dataloader=dict(dataset=dataset)))

    return config


def test_labelled_images__with_labels_of_their_size(validation):
    assert len(labelled_images(validation(LOAD, RESIZE, LABELS, PACK))) == 2


def test_labelled_images__of_several_domains_the_target(validation):
    target = validation(LOAD, RESIZE, LABELS, PACK).val_dataloader.dataset
    domains = dict(source=dict(type="BaseSegDataset"), target=target)
    dataset = dict(type="MultiDomainDataset", domains=domains)
    cfg = Config(dict(val_dataloader=dict(dataset=dataset)))
    assert labelled_images(cfg).data_root == target.data_root


def test_labelled_images__pipeline_without_labels(validation):
    with pytest.raises(StageError, match=r"gives no label with .*png.*LoadAnnotations"):
        labelled_images(validation(LOAD, RESIZE, PACK))


def test_labelled_images__labels_that_are_resized(validation):
    with pytest.raises(StageError, match=r"label of \(16, 32\).*come after Resize"):
        labelled_images(validation(LOAD, LABELS, RESIZE, PACK))


def test_check_predicts_classes__two_or_more_outputs():
    check_predicts_classes(MODELS.build(tiny_segmentor()))


@pytest.mark.parametrize(("classes", "wrapped"), [(2, False), (1, False), (1, True)])
def test_check_predicts_classes__one_output(classes, wrapped):
    head = dict(tiny_segmentor()["decode_head"], num_classes=classes, out_channels=1)
    config = tiny_segmentor(aux=False, decode_head=dict(head, threshold=0.5))
    if wrapped:
        config = dict(
            type="UDASegmentor",
            segmentor=config,
            objectives=dict(source=dict(type="Supervised")),
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
        )
    model = inner_segmentor(MODELS.build(config))
    with pytest.raises(StageError, match=f"num_classes={classes}, out_channels=1"):
        check_predicts_classes(model)
