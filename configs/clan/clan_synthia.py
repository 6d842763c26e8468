# CLAN, SYNTHIA -> Cityscapes (LCDA paper, Table II).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_clan.py",
    "../_base_/datasets/synthia_to_cityscapes_clan.py",
    "../_base_/methods/clan.py",
    "../_base_/schedules/clan_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(adversarial=dict(weight=dict(scale=10.0))),  # lambda_local
)
