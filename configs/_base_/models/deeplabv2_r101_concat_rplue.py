# MRNet's network as RPLUE's released command trains it on: more dropout (0.2; its text
# has 0.1), and batch norm's scale and shift trained.
_base_ = "./deeplabv2_r101_concat.py"

segmentor = dict(
    backbone=dict(norm_cfg=dict(requires_grad=True)),
    decode_head=dict(dropout_ratio=0.2),
    auxiliary_head=dict(dropout_ratio=0.2),
)
