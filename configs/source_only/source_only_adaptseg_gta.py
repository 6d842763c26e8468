# No adaptation, GTA5 -> Cityscapes, with network, data and schedule of
# AdaptSegNet: the row "Source" above AdaptSeg in Table I of the LCDA paper.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum.py",
    "../_base_/datasets/gta_to_cityscapes_whole.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/adaptseg_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    objectives=dict(source=dict(loss_weight=dict(aux=0.1))),
)
optim_wrapper = dict(heads=None)  # there is no discriminator to train
