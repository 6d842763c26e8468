# LCDA+Adv, single head, SYNTHIA -> Cityscapes (LCDA paper, Table IV, for GTA5).
_base_ = "./lcda_adv_synthia.py"

model = dict(
    segmentor=dict(auxiliary_head=None),
    heads=dict(d_aux=None),
    objectives=dict(
        source=dict(loss_weight=dict(aux=None)),
        lipschitz=dict(loss_weight=dict(aux=None)),
        adversarial=dict(discriminators=dict(aux=None), loss_weight=dict(aux=None)),
    ),
)
optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
