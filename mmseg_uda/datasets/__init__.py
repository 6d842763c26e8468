"""Data sets straight from the downloads, and several of them at a time."""

from .cityscapes_images import CityscapesImages
from .cityscapes_labelled import CityscapesLabelled
from .coco_folder import CocoFolder
from .gta5_dataset import GTA5Dataset
from .label_formats import (
    ColorLabels,
    IndexLabels,
    LabelMeLabels,
    MaskLabels,
    YoloLabels,
)
from .label_studio_folder import LabelStudioFolder
from .labelled_folder import LabelledFolder
from .mask_folder import MaskFolder
from .multi_domain_dataset import MultiDomainDataset
from .multi_domain_sampler import MultiDomainSampler
from .named import NamedFolder, NamedImages
from .paired_folder import PairedFolder
from .panoptic_folder import PanopticFolder
from .pseudo_labelled_dataset import PseudoLabelledDataset
from .seg_folder import SegFolder
from .supervisely_folder import SuperviselyFolder
from .synthia_dataset import SynthiaDataset
from .transforms import DiverseCrop, LoadLabels, PadToCrop
from .translated_dataset import TranslatedDataset
from .unlabelled_folder import UnlabelledFolder

__all__ = [
    "CityscapesImages",
    "CityscapesLabelled",
    "CocoFolder",
    "ColorLabels",
    "DiverseCrop",
    "GTA5Dataset",
    "IndexLabels",
    "LabelMeLabels",
    "LabelStudioFolder",
    "LabelledFolder",
    "LoadLabels",
    "MaskFolder",
    "MaskLabels",
    "MultiDomainDataset",
    "MultiDomainSampler",
    "NamedFolder",
    "NamedImages",
    "PadToCrop",
    "PairedFolder",
    "PanopticFolder",
    "PseudoLabelledDataset",
    "SegFolder",
    "SuperviselyFolder",
    "SynthiaDataset",
    "TranslatedDataset",
    "UnlabelledFolder",
    "YoloLabels",
]
