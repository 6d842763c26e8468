# What the configs of this folder leave open, with what holds where yours is silent.
# Entries named `_own_` are filled in at the end, for all stages: docs/own_data.md.
_base_ = "./networks.py"

# To be said: source, target, metainfo, num_classes, scale, crop_size. May be said: val,
# labelled images of the target to validate with; test; iters, the length of a training;
# class_balance=dict(num_classes=4, min_share=0.03), so that rare classes count more;
# class_shares=(0.9, 0.1), what LCRF expects of the target, to choose its batch norm
# statistics by;
# labelled_target, a few images of the target with labels to train on, and with it
# labelled_target_objective, by what.
own = dict(
    network="_own_.networks.tiny",  # or small, base
    networks=_base_.networks,
    num_workers=4,  # processes that load images
    batch_size=4,
    samples_per_domain=dict(source=2, target=2),
    ratio_range=(1.0, 1.5),  # of scale, drawn for every image
    # beside IoU: F1, which is Dice, precision and recall
    evaluator=dict(type="UDAIoUMetric", iou_metrics=["mIoU", "mFscore"]),
    score="mIoU",  # of these, by which the best checkpoint is kept
    min_labels=1,  # classes in a crop, which is drawn anew up to ten times for it
)
