# A training, whose config a child names, then self-training (ST): MLAN paper, Sec. 3.4.
# One round with CBST's first portion, 20% of every class: our choice, the paper says
# only that its k_c are CBST's.
stages = dict(
    train=dict(type="TrainStage", config=None),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="train",
        rule=dict(type="ConsistencyBalanced", portion=0.2),
    ),
    self_training=dict(type="TrainStage", load_from="train", labels="pseudo_labels"),
)
