# SYNTHIA has 16 of the 19 classes, so the best snapshot is the one with the best mean
# over these.
_base_ = "./default_runtime.py"

default_hooks = dict(checkpoint=dict(save_best="mIoU16"))
custom_hooks = [
    dict(type="IterationSeedHook"),
    dict(type="ResultHook", key="mIoU16"),
]
