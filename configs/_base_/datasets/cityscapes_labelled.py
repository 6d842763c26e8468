# Cityscapes with its own training labels, for the oracle: what the network reaches that
# need not adapt. Images as LCDA's source has them. The domain is called 'source', since
# it is what has labels.
_base_ = "./gta_to_cityscapes_lcda.py"

train_dataloader = dict(
    batch_size=2,
    sampler=dict(samples_per_domain=dict(target=None)),
    dataset=dict(
        domains=dict(
            source=dict(
                _delete_=True,
                type="CityscapesLabelled",
                data_root="data/cityscapes",
                split="train",
                pipeline=_base_.source_pipeline,
            ),
            target=None,
        ),
    ),
)
