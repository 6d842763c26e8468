# CRST, model regulariser MRKLD, GTA5 -> Cityscapes (LCDA paper, Table I):
# source training, then three rounds.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single_frozen.py",
    "../_base_/datasets/gta_to_cityscapes_crst.py",
    "../_base_/methods/crst_mrkld.py",
    "../_base_/schedules/crst_round.py",
    "../_base_/stages/crst_rounds.py",
    "../_base_/default_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
)
stages = dict(source=dict(config="source_gta.py"))
