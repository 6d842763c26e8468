# DeepLab-v2 ResNet-101 with one head of summed dilated convolutions (FDA, BDL, CRST).
_base_ = "./deeplabv2_r101_sum.py"
segmentor = dict(auxiliary_head=None)
