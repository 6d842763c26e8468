# MLAN = RIT + CR-AL + RST.
_base_ = "./region_labels_rit.py"

stages = dict(
    train=dict(config=None),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="train",
        rule=dict(type="ConsistencyBalanced", portion=0.2, map="multi"),
    ),
    self_training=dict(type="TrainStage", load_from="train", labels="pseudo_labels"),
)
