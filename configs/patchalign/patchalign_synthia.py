# PatchAlign, SYNTHIA -> Cityscapes (LCDA paper, Table II). Network, data, schedule and
# optimizers are those of AdaptSegNet, single-level (our choice, as far as the paper's
# text is not at hand).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_patches.py",
    "../_base_/methods/patchalign.py",
    "../_base_/schedules/adaptseg_250k.py",
    "../_base_/stages/patch_modes.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
