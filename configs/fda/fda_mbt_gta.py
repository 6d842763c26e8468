# FDA with three bands (MBT) and a round of self-training, GTA5 -> Cityscapes. That the
# second round starts from ImageNet's weights again is our choice.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_fda_pseudo.py",
    "../_base_/methods/fda_pseudo.py",
    "../_base_/schedules/fda_150k.py",
    "../_base_/stages/fda_mbt.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    band_009=dict(config="fda_gta.py"),
    band_005=dict(config="fda_gta.py"),
    band_001=dict(config="fda_gta.py"),
)
