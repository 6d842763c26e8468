# MLAN: the paper's optimizers (Sec. 4.2); the schedule is ADVENT's, 250k iterations of
# one image per domain, stopped at 120k (our choice: the paper prints none, and its
# authors' other code follows ADVENT's).
_base_ = "./advent_250k.py"

regions = dict(
    type="OptimWrapper",
    # "we use SGD to optimize E, C_seg and C_region"; x10 for classifiers as for C_seg
    # (our choice)
    optimizer=dict(type="SGD", lr=2.5e-3, momentum=0.9, weight_decay=1e-4),
)
optim_wrapper = {
    "segmentor": dict(
        optimizer=dict(weight_decay=1e-4), lr_mults=dict(auxiliary_head=None)
    ),
    "heads": dict(_delete_=True, **regions),
    # Adam with beta = (0.9, 0.99) is the paper's; the rate is AdaptSegNet's (our
    # choice: "the initial learning rate is 2.5e-4" may mean this optimizer, too)
    "heads.c_image": dict(
        type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99))
    ),
}
