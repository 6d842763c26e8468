# Baseline with the statistics of the target in batch norm, SYNTHIA -> Cityscapes: a
# control, not a row of the paper. Stage two trains nothing.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/cityscapes_only_whole.py",
    "../_base_/methods/adabn.py",
    "../_base_/schedules/adabn.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(nothing=dict(loss_weight=dict(aux=None))),
)
stages = dict(
    stage_one=dict(type="TrainStage", config="baseline_synthia.py"),
    stage_two=dict(type="TrainStage", load_from="stage_one"),
)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
