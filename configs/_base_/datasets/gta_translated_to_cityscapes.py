# GTA5 with the look of Cityscapes, and Cityscapes: whole images, one of each domain.
# `translated_dir` is filled in by the stage runner, or by you. `originals=True` would
# add the images as they are.
_base_ = "./gta_to_cityscapes_whole.py"

train_dataloader = dict(
    dataset=dict(
        domains=dict(
            source=dict(
                _delete_=True,
                type="TranslatedDataset",
                images=dict(type="GTA5Dataset", data_root="data/gta5"),
                translated_dir=None,
                originals=False,
                pipeline=_base_.source_pipeline,
            ),
        )
    )
)
