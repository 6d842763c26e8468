"""What is said of files before they are decoded."""

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets.checks.file_checks import check_headers
from mmseg_uda.datasets.checks.problem import told


@pytest.fixture
def samples(tmp_path):
    """Two images, and the labels that mmseg's CityscapesDataset looks for."""
    pixels = np.zeros((4, 6), np.uint8)
    for index in range(2):
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
        Image.fromarray(pixels).save(tmp_path / f"{index}_gtFine_labelIds.png")
    return [
        dict(
            img_path=str(tmp_path / f"{index}.png"),
            seg_map_path=str(tmp_path / f"{index}_gtFine_labelTrainIds.png"),
        )
        for index in range(2)
    ]


def test_check_headers__label_ids_instead_of_train_ids(samples, tmp_path):
    _, problems, _ = check_headers(samples, "val")
    said = told("val", problems)
    assert said.count("The labelIds of Cityscapes are there: type='CityscapesLab") == 1
    assert "and the same of 1 more" in said
    for sample in samples:
        Image.new("L", (6, 4)).save(sample["seg_map_path"])
    assert check_headers(samples, "val")[:2] == ([(6, 4)] * 2, [])


def test_check_headers__no_label_at_all(samples, tmp_path):
    (tmp_path / "0_gtFine_labelIds.png").unlink()
    _, problems, _ = check_headers(samples[:1], "val")
    assert problems[0].text.endswith("there is no file " + samples[0]["seg_map_path"])
