# DeepLab-v2 ResNet-101 with the two heads of CLAN: both read the last stage.
# Prediction: the sum of both heads' logits.
_base_ = "./deeplabv2_r101_sum.py"

segmentor = dict(aux_weight=1.0, auxiliary_head=dict(in_channels=2048, in_index=1))
