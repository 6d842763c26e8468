# No adaptation, single head, SYNTHIA -> Cityscapes, LCDA's data and schedule: the row
# "Source" of Table IV of the LCDA paper, for GTA5.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/synthia_to_cityscapes_lcda.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/lcda_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(source=dict(loss_weight=dict(aux=None))),
)
model["segmentor"]["auxiliary_head"] = None
optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
