# Algorithm 1 of the LCDA paper: stage one, whose config a child names, its labels, and
# stage two.
# The paper is silent on batch norm and on which labels are kept. Our choices, without
# which rare classes can die out in the labels: the network has the target's batch norm
# statistics when it predicts (one without batch norm predicts as it is), and the more
# confident half of every class is kept. What was before is target_statistics=None and
# rule=dict(_delete_=True, type="KeepAll").
stages = dict(
    stage_one=dict(type="TrainStage", config=None),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        target_statistics=dict(batch_size=8),
        rule=dict(type="ClassBalanced", portion=0.5),
    ),
    stage_two=dict(type="TrainStage", load_from="stage_one", labels="pseudo_labels"),
)
