# GTA5 with the look of Cityscapes, and Cityscapes with pseudo-labels: whole images.
_base_ = "./gta_translated_to_cityscapes.py"

target_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),
    dict(type="Resize", scale=(1024, 512), backend="pillow", interpolation="bicubic"),
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    dataset=dict(
        domains=dict(
            target=dict(
                _delete_=True,
                type="PseudoLabelledDataset",
                images=dict(
                    type="CityscapesImages", data_root="data/cityscapes", split="train"
                ),
                pseudo_label_dir=None,
                pipeline=target_pipeline,
            ),
        )
    )
)
