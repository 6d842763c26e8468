# LCRF, stage two: on the pseudo-labels of a stage one, which an heir names.
_base_ = [
    "./data.py",
    "../methods/lcrf_source.py",
    "../stages/lcrf.py",
    "../schedules/lcrf_100k.py",
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
        optimizer="_own_.network.stage_two_optimizer",
        lr_mults="_own_.network.lr_mults",
    )
)
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            target=dict(
                _delete_=True,
                type="PseudoLabelledDataset",
                images=dict(_own_="target", metainfo="_own_.metainfo"),
                pseudo_label_dir=None,  # filled in by the stage that makes them
                pipeline=_base_.train_pipeline,
            ),
        )
    )
)
# When labels are predicted, and at the end, batch norm has the statistics of all images
# of the target, unless the network's own make it find classes in shares that are nearer
# to own.class_shares: docs/benchmarks/small_sets.md
stages = dict(
    pseudo_labels=dict(target_statistics=dict(class_shares="_own_.class_shares?"))
)
default_hooks = dict(
    target_statistics=dict(
        type="TargetStatisticsHook",
        domain="target",
        class_shares="_own_.class_shares?",
    )
)
