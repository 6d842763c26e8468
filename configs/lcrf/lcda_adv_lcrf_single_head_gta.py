# LCDA+Adv+LCRF, single head, GTA5 -> Cityscapes (LCDA paper, Table IV).
_base_ = "./lcda_adv_lcrf_target_only_gta.py"

model = dict(
    segmentor=dict(auxiliary_head=None),
    objectives=dict(
        pseudo=dict(loss_weight=dict(aux=None)),
        lipschitz=dict(loss_weight=dict(aux=None)),
    ),
)
optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
stages = dict(stage_one=dict(config="../lcda/lcda_adv_single_head_gta.py"))
