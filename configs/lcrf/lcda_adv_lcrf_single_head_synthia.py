# LCDA+Adv+LCRF, single head, SYNTHIA -> Cityscapes (LCDA paper, Table IV, for GTA5).
_base_ = "./lcda_adv_lcrf_target_only_synthia.py"

model = dict(
    segmentor=dict(auxiliary_head=None),
    objectives=dict(
        pseudo=dict(loss_weight=dict(aux=None)),
        lipschitz=dict(loss_weight=dict(aux=None)),
    ),
)
optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
stages = dict(stage_one=dict(config="../lcda/lcda_adv_single_head_synthia.py"))
