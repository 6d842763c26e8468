# CR-AL on VGG-16, GTA5 -> Cityscapes: the first step of mlan_vgg16_gta.py.
_base_ = [
    "../_base_/models/deeplabv2_vgg16_sum.py",
    "../_base_/datasets/gta_to_cityscapes_whole.py",
    "../_base_/methods/cr_al.py",
    "../_base_/schedules/mlan_vgg16_250k.py",
    "../_base_/default_runtime.py",
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
