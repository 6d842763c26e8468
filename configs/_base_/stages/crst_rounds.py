# Three rounds of labelling and training, keeping 20, 25 and 30% of every class (CRST).
stages = dict(
    source=dict(type="TrainStage", config=None),
    labels_1=dict(
        type="PseudoLabelStage",
        checkpoint="source",
        rule=dict(type="ClassBalanced", portion=0.20),
        tta=True,
    ),
    round_1=dict(type="TrainStage", load_from="source", labels="labels_1"),
    labels_2=dict(
        type="PseudoLabelStage",
        checkpoint="round_1",
        rule=dict(type="ClassBalanced", portion=0.25),
        tta=True,
    ),
    round_2=dict(type="TrainStage", load_from="round_1", labels="labels_2"),
    labels_3=dict(
        type="PseudoLabelStage",
        checkpoint="round_2",
        rule=dict(type="ClassBalanced", portion=0.30),
        tta=True,
    ),
    round_3=dict(type="TrainStage", load_from="round_2", labels="labels_3"),
)
