# MRNet+LCRF, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper, both stages.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_pseudo.py",
    "../_base_/methods/lcrf.py",
    "../_base_/schedules/lcrf_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
# The paper is silent on batch norm and on which labels are kept. Our choices, without
# which rare classes die out in the labels: the network has the target's batch norm
# statistics when it predicts (one without batch norm predicts as it is), and the more
# confident half of every class is kept. What was before is target_statistics=None and
# rule=dict(_delete_=True, type="KeepAll").
stages = dict(
    stage_one=dict(type="TrainStage", config="../mrnet/mrnet_gta.py"),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        target_statistics=dict(batch_size=8),
        rule=dict(type="ClassBalanced", portion=0.5),
    ),
    stage_two=dict(type="TrainStage", load_from="stage_one", labels="pseudo_labels"),
)
