# MLAN = RIT + CR-AL + RST, GTA5 -> Cityscapes (MLAN paper, Tables 2 and 3).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single_frozen.py",
    "../_base_/datasets/cityscapes_pseudo_native.py",
    "../_base_/methods/self_training.py",
    "../_base_/schedules/crst_round.py",
    "../_base_/stages/mlan.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    cr_al=dict(config="cr_al_gta.py"),
    translators=dict(config="rit_gta.py"),
    train=dict(config="cr_al_rit_gta.py"),
)
