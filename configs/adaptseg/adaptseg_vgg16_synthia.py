# AdaptSegNet on VGG-16, single-level, SYNTHIA -> Cityscapes (MLAN paper, Table 4).
# All parameters of the segmentor learn at one rate, as in its released code.
_base_ = [
    "../_base_/models/deeplabv2_vgg16_sum.py",
    "../_base_/datasets/synthia_to_cityscapes_whole.py",
    "../_base_/methods/adaptseg.py",
    "../_base_/schedules/adaptseg_250k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(
    segmentor=_base_.segmentor,
    data_preprocessor=_base_.data_preprocessor,
    heads=dict(d_aux=None),
    objectives=dict(
        source=dict(loss_weight=dict(aux=None)),
        adversarial=dict(discriminators=dict(aux=None), loss_weight=dict(aux=None)),
    ),
)
optim_wrapper = dict(segmentor=dict(lr_mults=None))
