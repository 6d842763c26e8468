# L = 0: the target passes through the network, so that batch norm's running statistics
# become the target's, and nothing is learnt.
# "Revisiting Batch Normalization For Practical Domain Adaptation" (Li et al.).
model = dict(
    type="UDASegmentor",
    maps=dict(entropy=dict(type="EntropyMap", on="target")),
    objectives=dict(
        nothing=dict(
            type="MinimizeMap",
            map="entropy",
            loss_weight=dict(decode=0.0, aux=0.0),
            paper="AdaBN paper: statistics of the target, no loss",
        ),
    ),
)
