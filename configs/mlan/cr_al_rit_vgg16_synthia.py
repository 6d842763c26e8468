# CR-AL +RIT on VGG-16, SYNTHIA -> Cityscapes: all of mlan_vgg16_synthia.py but
# self-training.
_base_ = [
    "../_base_/models/deeplabv2_vgg16_sum.py",
    "../_base_/datasets/synthia_translated_to_cityscapes_regions.py",
    "../_base_/methods/cr_al.py",
    "../_base_/schedules/mlan_vgg16_250k.py",
    "../_base_/stages/region_labels_rit.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    heads=dict(
        c_small=dict(in_channels=1024),
        c_medium=dict(in_channels=1024),
        c_large=dict(in_channels=1024),
        c_image=dict(in_channels=1024),
    ),
)
stages = dict(
    cr_al=dict(config="cr_al_vgg16_synthia.py"),
    translators=dict(config="rit_vgg16_synthia.py"),
)
