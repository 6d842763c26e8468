"""A stock mmseg config with images and weights, all tiny."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from pseudo_label_toys import write_images

# A stock mmseg config; the target's data set is one of mmseg's too.
CONFIG = """
default_scope = 'mmseg'
data_preprocessor = dict(type='SegDataPreProcessor', size=(16, 16), pad_val=0,
                         seg_pad_val=255)
model = dict(
    type='EncoderDecoder', data_preprocessor=data_preprocessor,
    backbone=dict(type='ResNet', depth=18, num_stages=1, strides=(1,), dilations=(1,),
                  out_indices=(0,), base_channels=4),
    decode_head=dict(type='FCNHead', in_channels=4, in_index=0, channels=4,
                     num_classes=19, num_convs=1),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
pipeline = [dict(type='LoadImageFromFile'),
            dict(type='Resize', scale=(20, 16), keep_ratio=False),
            dict(type='LoadAnnotations'), dict(type='PackSegInputs')]
tta_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='TestTimeAug', transforms=[
        [dict(type='Resize', scale=(20, 16)), dict(type='Resize', scale=(32, 24))],
        [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
        [dict(type='LoadAnnotations')], [dict(type='PackSegInputs')]])]
target = dict(type='CityscapesDataset', data_root='DATA', img_suffix='.png',
              data_prefix=dict(img_path='images', seg_map_path='labels'), pipeline=[])
train_dataloader = dict(dataset=dict(domains=dict(target=target)))
test_dataloader = dict(num_workers=0, dataset=dict(type='CityscapesDataset',
    data_root='DATA', pipeline=pipeline))
"""


def write_setting(folder: Path) -> Path:
    """Write ``images/``, ``tiny.py`` and ``tiny.pth`` to a folder."""
    write_images(folder / "images", 3)
    config = folder / "tiny.py"
    config.write_text(CONFIG.replace("DATA", str(folder)))
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(config).model)
    torch.save(model.state_dict(), folder / "tiny.pth")
    return folder
