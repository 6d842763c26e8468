# LCDA+LCRF on MiT-B0, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper.
_base_ = [
    "../_base_/models/mit_b0.py",
    "../_base_/datasets/cityscapes_pseudo.py",
    "../_base_/methods/lcrf.py",
    "../_base_/schedules/adamw_40k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    stage_one=dict(type="TrainStage", config="lcda_mit_b0_gta.py"),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        rule=dict(type="ClassBalanced", portion=0.5),
    ),
    stage_two=dict(type="TrainStage", load_from="stage_one", labels="pseudo_labels"),
)
