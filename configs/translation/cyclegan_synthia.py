# Image translation (IT) between SYNTHIA and Cityscapes: CycleGAN's pair of translators.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single_unused.py",
    "../_base_/datasets/synthia_to_cityscapes_translation.py",
    "../_base_/methods/translation.py",
    "../_base_/schedules/cyclegan_200k.py",
    "../_base_/translation_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
