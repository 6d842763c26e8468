# L = CE(source) + lambda_ent * mean entropy(target), in [0, 1]
# "ADVENT: Adversarial Entropy Minimization for Domain Adaptation" (Vu et al.), direct.
model = dict(
    type="UDASegmentor",
    maps=dict(entropy=dict(type="EntropyMap", on="target")),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0, aux=0.1),
            paper="ADVENT paper, segmentation loss",
        ),
        entropy=dict(
            type="MinimizeMap",
            map="entropy",
            loss_weight=dict(decode=0.001, aux=0.0002),
            paper="ADVENT paper, entropy loss",
        ),
    ),
)
