# MLAN with region classifiers and no C_image. "We use SGD to optimize E, C_seg and
# C_region"; ten times the rate as for C_seg (our choice).
_base_ = "./mlan_250k.py"

optim_wrapper = dict(
    heads=dict(
        _delete_=True,
        type="OptimWrapper",
        optimizer=dict(type="SGD", lr=2.5e-4, momentum=0.9, weight_decay=1e-4),
        lr_mults=dict(c_small=10.0, c_medium=10.0, c_large=10.0),
    ),
)
