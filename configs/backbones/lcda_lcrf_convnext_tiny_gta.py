# LCDA+LCRF on ConvNeXt-T, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper.
_base_ = [
    "../_base_/models/convnext_tiny.py",
    "../_base_/datasets/cityscapes_pseudo.py",
    "../_base_/methods/lcrf.py",
    "../_base_/schedules/adamw_40k_convnext.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    stage_one=dict(type="TrainStage", config="lcda_convnext_tiny_gta.py"),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        rule=dict(type="ClassBalanced", portion=0.5),
    ),
    stage_two=dict(type="TrainStage", load_from="stage_one", labels="pseudo_labels"),
)
