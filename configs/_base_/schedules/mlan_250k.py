# MLAN: the paper's optimizers (Sec. 4.2) of the classifiers that a method has: "We use
# SGD to optimize E, C_seg and C_region", Adam for C_image. The schedule is ADVENT's,
# 250k iterations of one image per domain, stopped at 120k: our choice, as the paper
# prints none and its authors' other code follows ADVENT's. So are C_image's rate,
# AdaptSegNet's ("the initial learning rate is 2.5e-4" may mean it, too), and ten times
# the rate for C_seg and C_region.
_base_ = "./advent_250k.py"

optim_wrapper = {
    "segmentor": dict(
        optimizer=dict(weight_decay=1e-4), lr_mults=dict(auxiliary_head=None)
    ),
    "heads": dict(
        _delete_=True,
        type="OptimWrapper",
        optional=True,
        optimizer=dict(type="SGD", lr=2.5e-4, momentum=0.9, weight_decay=1e-4),
        lr_mults=dict(c_small=10.0, c_medium=10.0, c_large=10.0),
    ),
    "heads.c_image": dict(
        type="OptimWrapper",
        optional=True,
        optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99)),
    ),
}
