# CR-AL on crops of 512x512, GTA5 -> Cityscapes: not a row of the paper, which says
# nothing on sizes. C_image's output is 3x3 (Sec. 3.3) without averaging.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_crop512.py",
    "../_base_/methods/cr_al.py",
    "../_base_/schedules/mlan_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
