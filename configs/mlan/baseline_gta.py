# Baseline, GTA5 -> Cityscapes (MLAN paper, Table 1): L_seg of the source alone, with
# network, data and schedule of the other rows.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_only_whole.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/mlan_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(source=dict(loss_weight=dict(aux=None), paper="MLAN paper, Eq. 2")),
)
optim_wrapper = dict(heads=None)  # there is no classifier to train
