# MLAN = RIT + CR-AL + RST, SYNTHIA -> Cityscapes (MLAN paper, Table 4).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single_frozen.py",
    "../_base_/datasets/cityscapes_pseudo_native.py",
    "../_base_/methods/self_training.py",
    "../_base_/schedules/crst_round.py",
    "../_base_/stages/mlan.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    cr_al=dict(config="cr_al_synthia.py"),
    translators=dict(config="rit_synthia.py"),
    train=dict(config="cr_al_rit_synthia.py"),
)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
