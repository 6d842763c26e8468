# Image translation, plain: a pair of translators and a discriminator of each look.
#   L = sum over s->t and t->s of LSGAN(D(G(x)), real) + 10 * |G'(G(x)) - x|
#       + 5 * |G(y) - y|, y an image that has the look already
# MLAN paper, Sec. 3.4: L_IT is Eq. 12 without the map. The paper names neither
# networks nor a cycle loss; CycleGAN's are our choice, as are its weights.
#
# `decode` is the segmentation head that a weight's map would be of.
# Regularised (Eq. 12): weight the fooling term of g_ts by a map on the target,
#   objectives=dict(adversarial_ts=dict(weight=dict(map=...)))
# and freeze what the map is computed with, frozen=["segmentor", "heads.c_*"].
model = dict(
    type="UDASegmentor",
    # nothing here looks at the segmentor; it is not run and does not learn
    frozen=["segmentor"],
    heads=dict(
        g_st=dict(type="ResNetGenerator", channels=64, num_blocks=9),
        g_ts=dict(type="ResNetGenerator", channels=64, num_blocks=9),
        d_s=dict(type="PatchDiscriminator", channels=(64, 128, 256, 512)),
        d_t=dict(type="PatchDiscriminator", channels=(64, 128, 256, 512)),
    ),
    views=dict(
        source=dict(type="DomainView", domain="source"),
        target=dict(type="DomainView", domain="target"),
        source_as_target=dict(type="TranslatedView", of="source", through="g_st"),
        target_as_source=dict(type="TranslatedView", of="target", through="g_ts"),
        source_again=dict(type="TranslatedView", of="source_as_target", through="g_ts"),
        target_again=dict(type="TranslatedView", of="target_as_source", through="g_st"),
        source_kept=dict(type="TranslatedView", of="source", through="g_ts"),
        target_kept=dict(type="TranslatedView", of="target", through="g_st"),
    ),
    objectives=dict(
        adversarial_st=dict(
            type="ImageAdversarial",
            discriminator="d_t",
            real="target",
            fake="source_as_target",
            gan="lsgan",
            discriminator_weight=0.5,
            loss_weight=dict(decode=1.0),
            paper="CycleGAN paper, Eq. 1 with least squares",
        ),
        adversarial_ts=dict(
            type="ImageAdversarial",
            discriminator="d_s",
            real="source",
            fake="target_as_source",
            gan="lsgan",
            discriminator_weight=0.5,
            loss_weight=dict(decode=1.0),
            paper="MLAN paper, Eq. 12 with least squares",
        ),
        cycle_source=dict(
            type="ImageReconstruction",
            on="source_again",
            of="source",
            loss_weight=dict(decode=10.0),
            paper="CycleGAN paper, Eq. 2",
        ),
        cycle_target=dict(
            type="ImageReconstruction",
            on="target_again",
            of="target",
            loss_weight=dict(decode=10.0),
            paper="CycleGAN paper, Eq. 2",
        ),
        identity_source=dict(
            type="ImageReconstruction",
            on="source_kept",
            of="source",
            loss_weight=dict(decode=5.0),
            paper="CycleGAN paper, L_identity",
        ),
        identity_target=dict(
            type="ImageReconstruction",
            on="target_kept",
            of="target",
            loss_weight=dict(decode=5.0),
            paper="CycleGAN paper, L_identity",
        ),
    ),
)
