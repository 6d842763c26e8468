# The same for timm's plain transformers: the rate decays from block to block (0.9 for
# the last, 0.9 ** 13 for what comes before the first of twelve), weights decay more,
# and position and class tokens do not.
_base_ = "./adamw_40k.py"

optim_wrapper = dict(
    segmentor=dict(
        optimizer=dict(weight_decay=0.05),
        layer_decay=dict(backbone=dict(rate=0.9, layers=r"blocks\.(\d+)")),
        no_decay=dict(names=("*.pos_embed", "*.cls_token")),
    )
)
# Heads alone on fixed features (frozen backbone); in a config of yours:
#   model = dict(frozen=["segmentor.backbone"])
#   optim_wrapper = dict(
#       segmentor=dict(layer_decay=None, no_decay=dict(names=None)))
