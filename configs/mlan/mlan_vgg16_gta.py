# MLAN on VGG-16, GTA5 -> Cityscapes (MLAN paper, Table 3).
_base_ = [
    "../_base_/models/deeplabv2_vgg16_sum.py",
    "../_base_/datasets/cityscapes_pseudo_native.py",
    "../_base_/methods/self_training.py",
    "../_base_/schedules/crst_round.py",
    "../_base_/stages/self_training.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
optim_wrapper = dict(segmentor=dict(lr_mults=None))
stages = dict(
    train=dict(config="cr_al_rit_vgg16_gta.py"),
    pseudo_labels=dict(rule=dict(map="multi")),
)
