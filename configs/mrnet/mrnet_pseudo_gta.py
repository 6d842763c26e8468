# MRNet+Pseudo, GTA5 -> Cityscapes: MRNet's second stage (LCDA paper, Table I).
# Labels are predicted with test-time augmentation, as in its code.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_pseudo.py",
    "../_base_/methods/mrnet_pseudo.py",
    "../_base_/schedules/rplue_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    stage_one=dict(type="TrainStage", config="mrnet_gta.py"),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        rule=dict(type="KeepAll"),
        tta=True,
    ),
    stage_two=dict(type="TrainStage", load_from="stage_one", labels="pseudo_labels"),
)
