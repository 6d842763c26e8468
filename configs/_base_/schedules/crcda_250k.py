# CrCDA: the optimizers and the schedule of MLAN, by the same authors (our choice).
_base_ = "./mlan_250k.py"

optim_wrapper = {
    "heads": dict(lr_mults=dict(c_large=None)),
    "heads.d_decode": dict(
        type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99))
    ),
}
