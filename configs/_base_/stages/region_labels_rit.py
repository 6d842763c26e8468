# Regularised image translation (RIT): its map comes from a first training (CR-AL).
_base_ = "./region_labels.py"

stages = dict(
    _delete_=True,
    regions=_base_.stages.regions,
    cr_al=dict(type="TrainStage", config=None, regions="regions"),
    translators=dict(type="TrainStage", config=None, load_from="cr_al"),
    translate=dict(type="TranslateStage", checkpoint="translators", generator="g_st"),
    train=dict(type="TrainStage", regions="regions", translated="translate"),
)
