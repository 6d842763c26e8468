"""What images are normalised with, in training by domain."""

import pytest
from helpers import tiny_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.preprocessors import check_preprocessor

NUMBERS = dict(mean=[1.0, 2.0, 3.0], std=[1, 1, 1], bgr_to_rgb=True)
OURS = dict(type="MultiDomainDataPreProcessor", **NUMBERS)
STOCK = dict(type="SegDataPreProcessor", size_divisor=1, **NUMBERS)


def check(given, inner=None):
    segmentor = tiny_segmentor(aux=False, data_preprocessor=inner)
    model = dict(type="UDASegmentor", segmentor=segmentor, data_preprocessor=given)
    cfg = Config(dict(model=model | dict(objectives=dict(s=dict(type="Supervised")))))
    check_preprocessor(cfg, MODELS.build(cfg.model))


def test_check_preprocessor__as_it_should_be():
    check(OURS)
    check(OURS, STOCK)
    check(OURS, STOCK | dict(rgb_to_bgr=False))


@pytest.mark.parametrize("given", [None, STOCK])
def test_check_preprocessor__without_domains(given):
    with pytest.raises(StageError, match="takes no batches by domain: set data_prepro"):
        check(given)


def test_check_preprocessor__numbers_that_nothing_asks():
    said = r"segmentor\.data_preprocessor\.mean is \[9, 9, 9\].*it is \[1\.0, 2\.0, 3"
    with pytest.raises(StageError, match=said):
        check(OURS, STOCK | dict(mean=[9, 9, 9]))
