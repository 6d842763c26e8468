# The translators of RIT with a VGG-16 segmentor, SYNTHIA -> Cityscapes, and the CR-AL
# that their map comes from: what cr_al_rit_vgg16_synthia.py translates with.
_base_ = [
    "../_base_/models/deeplabv2_vgg16_sum.py",
    "../_base_/datasets/synthia_to_cityscapes_translation.py",
    "../_base_/methods/rit.py",
    "../_base_/schedules/cyclegan_200k.py",
    "../_base_/translation_runtime.py",
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
    cr_al=dict(type="TrainStage", config="cr_al_vgg16_synthia.py"),
    train=dict(type="TrainStage", load_from="cr_al"),
)
