# No adaptation: the control.
_base_ = [
    "./data.py",
    "../methods/source_only.py",
    "../schedules/lcda_100k.py",
    "./runtime.py",
]
model = dict(
    segmentor="_own_.network.segmentor",
    data_preprocessor="_own_.network.data_preprocessor",
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
