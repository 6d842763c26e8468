# Cityscapes with its own training labels, for the oracle: what the network reaches that
# need not adapt. 1280x640 with jitter, crop 256x512 (height, width), as the LCDA paper
# shows both domains. The domain is called 'source', since it is what has labels.
_base_ = "./cityscapes_eval.py"

train_dataloader = dict(
    batch_size=2,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="MultiDomainSampler", samples_per_domain=dict(source=2)),
    dataset=dict(
        type="MultiDomainDataset",
        domains=dict(
            source=dict(
                type="CityscapesLabelled",
                data_root="data/cityscapes",
                split="train",
                pipeline=[
                    dict(type="LoadImageFromFile"),
                    dict(type="LoadLabels"),
                    dict(
                        type="RandomResize",
                        scale=(1280, 640),
                        ratio_range=(0.8, 1.2),
                        backend="pillow",
                        interpolation="bicubic",
                    ),
                    dict(type="RandomCrop", crop_size=(256, 512)),
                    dict(type="RandomFlip", prob=0.5),
                    dict(type="PackSegInputs"),
                ],
            ),
        ),
    ),
)
