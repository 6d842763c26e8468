# What self-training starts from, SYNTHIA -> Cityscapes: no adaptation, one
# head, CRST's data. Its schedule is our choice, AdaptSegNet's: CRST publishes a
# trained file instead.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_crst.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/adaptseg_250k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(source=dict(loss_weight=dict(aux=None))),
)
optim_wrapper = dict(heads=None, segmentor=dict(lr_mults=dict(auxiliary_head=None)))
