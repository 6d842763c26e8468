# MLAN with region classifiers (SGD) and C_image (Adam).
_base_ = "./mlan_regions_250k.py"

optim_wrapper = {
    "heads.c_image": dict(
        type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99))
    ),
}
