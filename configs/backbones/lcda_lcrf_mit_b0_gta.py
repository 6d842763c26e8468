# LCDA+LCRF on MiT-B0, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper. Our choice
# is the source term of stage two.
_base_ = [
    "../_base_/models/mit_b0.py",
    "../_base_/datasets/gta_to_cityscapes_pseudo.py",
    "../_base_/methods/lcrf_source.py",
    "../_base_/stages/lcrf.py",
    "../_base_/schedules/adamw_40k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(stage_one=dict(config="lcda_mit_b0_gta.py"))
