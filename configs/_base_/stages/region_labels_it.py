# Image translation (IT), then a training with region labels on both kinds of images.
_base_ = "./region_labels.py"

stages = dict(
    _delete_=True,
    regions=_base_.stages.regions,
    translators=dict(type="TrainStage", config=None),
    translate=dict(type="TranslateStage", checkpoint="translators", generator="g_st"),
    train=dict(type="TrainStage", regions="regions", translated="translate"),
)
