# CR-AL +ST, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL, pseudo-labels,
# and a training on these alone.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single_frozen.py",
    "../_base_/datasets/cityscapes_pseudo_native.py",
    "../_base_/methods/self_training.py",
    "../_base_/schedules/crst_round.py",
    "../_base_/stages/region_labels_st.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(train=dict(config="cr_al_synthia.py"))
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
