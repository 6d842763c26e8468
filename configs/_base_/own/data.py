# Images and labels in folders of your own.
_base_ = "./own.py"

train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadLabels"),  # does nothing for images without labels
    dict(
        type="RandomResize",
        scale="_own_.scale",
        ratio_range="_own_.ratio_range",
        keep_ratio=True,
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="PadToCrop", crop_size="_own_.crop_size"),  # if an image is smaller
    dict(
        type="DiverseCrop", crop_size="_own_.crop_size", min_labels="_own_.min_labels"
    ),
    dict(type="RandomFlip", prob=0.5),
    "_own_.photometric?",
    dict(type="PackSegInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(
        type="Resize",
        scale="_own_.scale",
        keep_ratio=True,
        backend="pillow",
        interpolation="bicubic",
    ),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]
# of every domain below
views = dict(
    source=dict(type="DomainView"),
    target=dict(type="DomainView"),
    labelled_target=dict(type="DomainView"),
)
train_dataloader = dict(
    batch_size="_own_.batch_size",
    num_workers="_own_.num_workers",
    sampler=dict(
        type="MultiDomainSampler", samples_per_domain="_own_.samples_per_domain"
    ),
    dataset=dict(
        type="MultiDomainDataset",
        domains=dict(
            source=dict(
                _own_="source", metainfo="_own_.metainfo", pipeline=train_pipeline
            ),
            target=dict(
                _own_="target", metainfo="_own_.metainfo", pipeline=train_pipeline
            ),
            # a few images of the target with labels, if there are any
            # (docs/recipes/few_labels.md)
            labelled_target=dict(
                _own_="labelled_target?",
                metainfo="_own_.metainfo",
                pipeline=train_pipeline,
            ),
        ),
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers="_own_.num_workers",
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(_own_="val?", metainfo="_own_.metainfo", pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=1,
    num_workers="_own_.num_workers",
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(_own_="test", metainfo="_own_.metainfo", pipeline=test_pipeline),
)
val_evaluator = "_own_.evaluator"
test_evaluator = "_own_.evaluator"
