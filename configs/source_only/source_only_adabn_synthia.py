# No adaptation but for batch norm, SYNTHIA -> Cityscapes: a control, not a row of the
# paper. Stage two trains nothing; its statistics move to the target's, as in every
# method that passes target images through the network.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_only_lcda.py",
    "../_base_/methods/adabn.py",
    "../_base_/schedules/adabn.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    stage_one=dict(type="TrainStage", config="source_only_synthia.py"),
    stage_two=dict(type="TrainStage", load_from="stage_one"),
)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
