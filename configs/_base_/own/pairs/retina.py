# What pairs of retinas share; none of it is from a paper, or tuned. 20 images are few:
# the smallest network and short trainings. Thin vessels are a pixel or two wide in
# DRIVE (565x584), and features lie at 1/4 of the image (those of the larger networks at
# 1/8): so all sets are read at twice DRIVE's size.
pair = dict(
    network="_own_.networks.tiny",  # EfficientNet-Lite0
    metainfo=dict(classes=("background", "vessel"), palette=[[0, 0, 0], [220, 60, 60]]),
    num_classes=2,
    scale=(1168, 1168),
    crop_size=(512, 512),
    min_labels=2,
    class_balance=dict(num_classes=2, min_share=0.3),  # vessels have less
    iters=4000,
)
