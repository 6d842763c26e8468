# FDA's multi-band transfer: three networks, each with a beta of its own, a round of
# self-training on the mean of their predictions, three networks again. They are scored
# together by tools/test.py --average-with. On ToyCity: 3, 4 and 5 frequencies.
beta = "model.views.source.beta"
wide = {beta: 0.09, f"toy.{beta}": 0.09}
middle = {beta: 0.05, f"toy.{beta}": 0.07}
stages = dict(
    band_009=dict(type="TrainStage", config=None, cfg_options=wide),
    band_005=dict(type="TrainStage", config=None, cfg_options=middle),
    band_001=dict(type="TrainStage", config=None),
    pseudo_labels=dict(
        type="PseudoLabelStage",
        checkpoint="band_001",
        average_with=["band_005", "band_009"],
        rule=dict(type="ClassQuantile", quantile=0.66, cap=0.9),
    ),
    second_009=dict(type="TrainStage", labels="pseudo_labels", cfg_options=wide),
    second_005=dict(type="TrainStage", labels="pseudo_labels", cfg_options=middle),
    second_001=dict(type="TrainStage", labels="pseudo_labels"),
)
del beta, wide, middle
