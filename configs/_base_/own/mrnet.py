# MRNet: stage one of mrnet_lcrf.py, or all there is.
_base_ = [
    "./data.py",
    "../methods/mrnet.py",
    "../schedules/mrnet_100k.py",
    "./runtime.py",
]
model = dict(
    segmentor="_own_.network.segmentor",
    data_preprocessor="_own_.network.data_preprocessor",
    # the discriminators look at class probabilities
    heads=dict(
        d_decode=dict(_own_="network.discriminator", in_channels="_own_.num_classes"),
        d_aux=dict(_own_="network.discriminator", in_channels="_own_.num_classes"),
    ),
    views=_base_.views,
    objectives=dict(
        source=dict(class_balance="_own_.class_balance?"),
        labelled_target="_own_.labelled_target_objective?",
    ),
)
optim_wrapper = dict(
    segmentor=dict(
        optimizer="_own_.network.optimizer", lr_mults="_own_.network.lr_mults"
    )
)
