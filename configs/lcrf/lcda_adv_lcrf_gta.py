# LCDA+Adv+LCRF, GTA5 -> Cityscapes: Algorithm 1 with an adversary in stage one (LCDA
# paper, Table I).
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_pseudo.py",
    "../_base_/methods/lcrf.py",
    "../_base_/schedules/lcrf_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
# Statistics of the target and labels by class: see mrnet_lcrf_gta.py.
stages = dict(
    stage_one=dict(type="TrainStage", config="../lcda/lcda_adv_gta.py"),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        target_statistics=dict(batch_size=8),
        rule=dict(type="ClassBalanced", portion=0.5),
    ),
    stage_two=dict(type="TrainStage", load_from="stage_one", labels="pseudo_labels"),
)
