# FDA with a round of self-training, GTA5 -> Cityscapes: one network, beta = 0.01.
# That stage two starts from ImageNet's weights again is our choice.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_fda_pseudo.py",
    "../_base_/methods/fda_pseudo.py",
    "../_base_/schedules/fda_150k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    stage_one=dict(type="TrainStage", config="fda_gta.py"),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="stage_one",
        rule=dict(type="ClassQuantile", quantile=0.66, cap=0.9),
    ),
    stage_two=dict(type="TrainStage", labels="pseudo_labels"),
)
