# The runtime of all configs, with the score that is reported and kept left open.
_base_ = "../default_runtime.py"

default_hooks = dict(checkpoint=dict(save_best="_own_.score"))
custom_hooks = [
    dict(type="IterationSeedHook"),
    dict(type="ResultHook", key="_own_.score"),
]
