# Plain self-training (ST) behind a training with region labels: MLAN paper, Sec. 3.4.
# One round with CBST's first portion, 20% of every class: our choice, the paper says
# only that its k_c are CBST's.
_base_ = "./region_labels.py"

stages = dict(
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="train",
        rule=dict(type="ConsistencyBalanced", portion=0.2),
    ),
    self_training=dict(type="TrainStage", load_from="train", labels="pseudo_labels"),
)
