# The networks that own.network can name: tiny, small, base.
_base_ = ["../models/deeplabv2_r101_concat.py", "./tiny.py", "./small.py"]

_base_.segmentor.decode_head.num_classes = "_own_.num_classes"
_base_.segmentor.auxiliary_head.num_classes = "_own_.num_classes"
networks = dict(
    tiny=_base_.tiny,
    small=_base_.small,
    # the papers' own
    base=dict(
        data_preprocessor=_base_.data_preprocessor,
        segmentor=_base_.segmentor,
        discriminator=_base_.small.discriminator,
        optimizer=_base_.small.optimizer,
        stage_two_optimizer=_base_.small.stage_two_optimizer,
        lr_mults=_base_.small.lr_mults,
    ),
)
