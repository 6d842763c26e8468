"""What a user should know about a converted checkpoint, in sentences."""

from .families import FAMILIES
from .input_images import CAFFE, TORCHVISION
from .layout import Layout
from .unused_branches import FOUR, TWO, UNCLEAR

_FIRST_TWO = (
    "The third and fourth branch of each summed head are set to zero, so that a head "
    "that runs all four computes what AdaptSegNet's code does, which runs two. If you "
    "train on, dilations=(6, 12) in the config keeps it that way."
)
_TOLD = {
    TWO: "The third and fourth branch still have their initial weights, so they were "
    "never run (AdaptSegNet and MaxSquareLoss stop after the second).",
    FOUR: "All four branches of the summed heads have been trained, and run.",
    UNCLEAR: "Whether the published code runs all four branches of the summed heads "
    "cannot be told from these weights.",
}


def about_branches(trained: str, family: str | None) -> str:
    """Say which branches of the summed heads run, and why.

    Args:
        trained: As from :func:`branches_trained`.
        family: Where the file is from, if the user said so.
    """
    if family is None:
        if trained == TWO:
            return f"{_TOLD[TWO]} {_FIRST_TWO}"
        if trained == FOUR:
            return _TOLD[FOUR]
        return (
            f"{_TOLD[UNCLEAR]} All four run, as in ADVENT, CLAN, FDA, BDL and CRST. If "
            "the file is from AdaptSegNet or MaxSquareLoss, which run two, convert it "
            "with tools/convert_checkpoint.py --family adaptsegnet."
        )
    title, runs_two = FAMILIES[family].title, FAMILIES[family].branches == 2
    doubt = ""
    if trained != UNCLEAR and runs_two != (trained == TWO):
        doubt = f" But: {_TOLD[trained]} Is the file really from {title}?"
    if runs_two:
        return f"{_FIRST_TWO}{doubt}"
    return f"All four branches of the summed heads run, as in {title}.{doubt}"


def about_images(rgb: bool, images: str | None) -> list[str]:
    """Say which images the network wants.

    Args:
        rgb: Whether it is taken to want RGB images.
        images: As from :func:`convention_of`.
    """
    found = CAFFE if not rgb else TORCHVISION
    if rgb:
        said = (
            "Images: RGB, normalised by torchvision's mean and std (CRST's kind). The "
            "configs here take BGR images in 0..255 minus the mean; with those the "
            "predictions are wrong. Set data_preprocessor.mean=[123.675, 116.28, "
            "103.53], std=[58.395, 57.12, 57.375] and bgr_to_rgb=True."
        )
    else:
        said = (
            "Images: BGR in 0..255 minus the mean (104.00698793, 116.66876762, "
            "122.67891434), std 1, as in the configs here."
        )
    if images != found:
        said += (
            " The statistics of the first norm layer do not settle this"
            if images is None
            else " But the statistics of the first norm layer look like those of "
            + ("images in 0..255" if images == CAFFE else "normalised images")
        ) + ": look at a few predictions before you rely on it."
    return [said]


def about_file(prefix: str, layout: Layout) -> list[str]:
    """Say what is special about the file and its network.

    Args:
        prefix: What all names began with.
        layout: The network.
    """
    notes = []
    if "Scale." in prefix:
        notes.append(
            "The prefix 'Scale.' is that of the field's init file, a start for "
            "training: tools/train.py CONFIG --pretrained FILE reads it as it is. The "
            "published loaders skip its layer5; here it is converted like any head."
        )
    if layout.trunk.config is None:
        notes.append(
            f"No ResNet has stages of {layout.trunk.blocks} blocks (ResNet-101 has 3, "
            "4, 23, 3), so there is no config for this network, and whether the result "
            "fits a model was not tried."
        )
    if any(head.norm == "GN" for head in layout.heads):
        notes.append(
            "Group norm and instance norm have the same keys. Group norm with 32 "
            "groups is assumed, as in the published commands; for a network trained "
            "with instance norm set norm_cfg=dict(type='IN', affine=True) in the heads."
        )
    if layout.main.num_classes != 19:
        notes.append(
            f"The network has {layout.main.num_classes} classes, not the 19 of "
            "Cityscapes. Data, scores and discriminators of the configs count 19; for "
            "the 16 of SYNTHIA see 'protocol (b)' in docs/data.md."
        )
    return notes
