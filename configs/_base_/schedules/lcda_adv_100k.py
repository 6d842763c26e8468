# LCDA's schedule with AdaptSegNet's optimizer for the discriminators.
_base_ = "./lcda_100k.py"

optim_wrapper = dict(
    heads=dict(
        type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99))
    ),
)
