# CrCDA: the context relations of patches of two sizes.
_base_ = "./region_labels.py"

stages = dict(
    regions=dict(
        rules=dict(
            _delete_=True,
            small=_base_.stages.regions.rules.small,
            medium=_base_.stages.regions.rules.medium,
        )
    )
)
