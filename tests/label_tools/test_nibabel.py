"""The script of docs/label_formats.md that writes slices, on volumes of nibabel."""

import re
from pathlib import Path

import numpy as np

from mmseg_uda.datasets import LabelledFolder
from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels

DOC = Path(__file__).parents[2] / "docs/label_formats.md"
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
# voxels are stored from the head down and from the patient's right to the left
WRITE = """
    from pathlib import Path
    import nibabel
    import numpy as np

    for folder in ("volumes", "slices"):
        Path(folder).mkdir(exist_ok=True)
    volume = np.load({array!r}).astype({dtype!r})
    affine = np.diag([-1.0, 1.0, -2.0, 1.0])
    stored = nibabel.Nifti1Image(volume[::-1, :, ::-1], affine)
    nibabel.save(stored, "volumes/scan.nii.gz")
"""


def test_volumes__their_slices_are_read(label_tool, tmp_path):
    (script,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)
        if "nibabel" in block
    )
    rng = np.random.default_rng(0)
    volume = rng.integers(-1000, 3000, (30, 20, 4))  # right, to the front, up
    labels = np.kron(rng.integers(0, 3, (5, 4, 4)), np.ones((6, 5, 1), int))
    for array, dtype, folder in (
        (volume, "int16", "images"),
        (labels, "uint8", "labels"),
    ):
        np.save(tmp_path / "array.npy", array)
        label_tool(WRITE.format(array="array.npy", dtype=dtype))
        label_tool(script)
        (tmp_path / "slices").rename(tmp_path / folder)
    found = find_labels(tmp_path / "images", tmp_path / "labels", parse_classes("abc"))
    assert found.dataset["value_range"][0] < -900
    dataset = LabelledFolder(
        str(tmp_path),
        label_suffix=".tif",
        value_range=(-1000, 2999),
        metainfo=dict(classes=("a", "b", "c")),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 4
    for number, sample in enumerate(dataset):
        assert np.array_equal(sample["gt_seg_map"], labels[:, ::-1, number].T)
        gray = (volume[:, ::-1, number].T + 1000) * 255 / 3999
        assert np.abs(sample["img"][..., 0] - gray).max() <= 1
