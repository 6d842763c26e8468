# SYNTHIA as it is and with the look of Cityscapes, with the region labels of both,
# which are the same, and Cityscapes: whole images, one of each domain.
_base_ = "./synthia_to_cityscapes_regions.py"

train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(
                _delete_=True,
                type="TranslatedDataset",
                images=dict(type="SynthiaDataset", data_root="data/synthia"),
                translated_dir=None,
                originals=True,
                pipeline=_base_.source_pipeline,
            ),
        )
    )
)
