# Baseline with the statistics of the target in batch norm, GTA5 -> Cityscapes: a
# control, not a row of the paper. Stage two trains nothing.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/cityscapes_only_whole.py",
    "../_base_/methods/adabn.py",
    "../_base_/schedules/adabn.py",
    "../_base_/default_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(nothing=dict(loss_weight=dict(aux=None))),
)
stages = dict(
    stage_one=dict(type="TrainStage", config="baseline_gta.py"),
    stage_two=dict(type="TrainStage", load_from="stage_one"),
)
