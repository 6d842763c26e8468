# CRST, model regulariser MRENT, SYNTHIA -> Cityscapes (LCDA paper, Table II):
# source training, then three rounds.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single_frozen.py",
    "../_base_/datasets/synthia_to_cityscapes_crst.py",
    "../_base_/methods/crst_mrent.py",
    "../_base_/schedules/crst_round.py",
    "../_base_/stages/crst_rounds.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    # 3% of SYNTHIA's 9400 images beside Cityscapes' 2975
    objectives=dict(
        source=dict(loss_weight=dict(decode=0.09)),
        pseudo=dict(loss_weight=dict(decode=0.91)),
        regulariser=dict(loss_weight=dict(decode=0.091)),
    ),
)
stages = dict(source=dict(config="source_synthia.py"))
