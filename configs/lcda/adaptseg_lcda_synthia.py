# AdaptSeg+LCDA, SYNTHIA -> Cityscapes (LCDA paper, Table V): Eq. 3 added to the
# objective of AdaptSegNet, with the network, data and schedule of AdaptSegNet. (The
# paper's numbers are those of LCDA+Adv; it may mean that one, lcda_adv_synthia.py.)
_base_ = [
    "../_base_/models/deeplabv2_r101_sum.py",
    "../_base_/datasets/synthia_to_cityscapes_whole.py",
    "../_base_/methods/adaptseg_lcda.py",
    "../_base_/schedules/adaptseg_250k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
