# BDL's image translation: CycleGAN's, and the segmentor must think the same of an image
# and its translation, there (0.1) and back: the released code multiplies the latter by
# the cycle loss's weight, 10, and by lambda_semantic, which its command sets to 1. It
# compares logits at stride 8, and its discriminators see a history of 50 fakes.
# "Bidirectional Learning for Domain Adaptation of Semantic Segmentation" (Li et al.)
_base_ = "./translation.py"

perceptual = dict(
    type="SemanticConsistency",
    at="features",
    loss_weight=dict(decode=0.1),
    paper="BDL paper, perceptual loss",
)
perceptual_back = dict(
    type="SemanticConsistency",
    at="features",
    loss_weight=dict(decode=10.0),
    paper="BDL paper, perceptual loss of the reconstruction",
)
model = dict(
    objectives=dict(
        adversarial_st=dict(pool_size=50),
        adversarial_ts=dict(pool_size=50),
        perceptual_st=dict(perceptual, on="source_as_target", of="source"),
        perceptual_ts=dict(perceptual, on="target_as_source", of="target"),
        perceptual_source=dict(perceptual_back, on="source_again", of="source"),
        perceptual_target=dict(perceptual_back, on="target_again", of="target"),
    )
)
