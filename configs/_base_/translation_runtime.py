# The runtime of an image translator: no score, so no best checkpoint; pictures instead.
_base_ = "./default_runtime.py"

default_hooks = dict(checkpoint=dict(interval=10000, save_best=None))
custom_hooks = [
    dict(type="IterationSeedHook"),
    dict(
        type="SampleViewsHook",
        rows=[
            ("source", "source_as_target", "source_again"),
            ("target", "target_as_source", "target_again"),
        ],
        interval_iters=10000,
    ),
]
