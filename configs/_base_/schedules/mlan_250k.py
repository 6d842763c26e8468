# MLAN: the paper's optimizers (Sec. 4.2) for E, C_seg and C_image. The schedule is
# ADVENT's, 250k iterations of one image per domain, stopped at 120k: our choice, as the
# paper prints none and its authors' other code follows ADVENT's. So are C_image's rate,
# AdaptSegNet's ("the initial learning rate is 2.5e-4" may mean it, too), and ten times
# the rate for C_seg.
_base_ = "./advent_250k.py"

optim_wrapper = dict(
    segmentor=dict(
        optimizer=dict(weight_decay=1e-4), lr_mults=dict(auxiliary_head=None)
    ),
)
