# No adaptation on MiT-B0, GTA5 -> Cityscapes.
_base_ = [
    "../_base_/models/mit_b0.py",
    "../_base_/datasets/gta_to_cityscapes_lcda.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/adamw_40k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
