# L = s * CE(source) + (1 - s) * CE(pseudo-labels of the target)
# "Unsupervised Domain Adaptation for Semantic Segmentation via Class-Balanced
# Self-Training" (Zou et al.). s is the share of source images in what CRST's released
# code trains on: 3% of GTA5's 24966 beside Cityscapes' 2975 (SYNTHIA: 0.09). The code
# raises the 3% by 0.25% a round, which is left out.
model = dict(
    type="UDASegmentor",
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=0.2),
            paper="CBST paper, source term",
        ),
        pseudo=dict(
            type="Supervised",
            on="target",
            average="valid",
            loss_weight=dict(decode=0.8),
            paper="CBST paper, target term",
        ),
    ),
)
