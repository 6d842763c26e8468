# Each network learns from the one before: a first segmentor, translators that please
# it, a segmentor of translated images, and one that learns from its pseudo-labels too.
# The segmentors start afresh, from the pretrained trunk.
stages = dict(
    # Our choice: the paper's first segmentor, of which we know no details.
    first=dict(type="TrainStage", config="../adaptseg/adaptseg_single_level_gta.py"),
    translators=dict(
        type="TrainStage", config="bdl_translator_gta.py", load_from="first"
    ),
    translate=dict(type="TranslateStage", checkpoint="translators", generator="g_st"),
    adversarial=dict(
        type="TrainStage", config="bdl_adversarial_gta.py", translated="translate"
    ),
    # The code labels images of 1024x512; every fourth pixel of 2048x1024 is as many.
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="adversarial",
        rule=dict(type="ClassQuantile", quantile=0.5, cap=0.9, sample_every=4),
    ),
    pseudo=dict(type="TrainStage", translated="translate", labels="pseudo_labels"),
)
