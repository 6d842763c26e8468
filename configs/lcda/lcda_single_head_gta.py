# LCDA, single head, GTA5 -> Cityscapes (LCDA paper, Table IV).
_base_ = "./lcda_gta.py"

model = dict(
    segmentor=dict(auxiliary_head=None),
    objectives=dict(
        source=dict(loss_weight=dict(aux=None)),
        lipschitz=dict(loss_weight=dict(aux=None)),
    ),
)
optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
