# L = CE(source) + lambda_d * CE(H(source), modes)
#     + lambda_g * BCE(D_g(softmax(target)), source)
#     + lambda_l * BCE(D_l(softmax(H(target))), source)
# "Domain Adaptation for Structured Output via Discriminative Patch Representations"
# (Tsai et al.). There is no official code and the text is not at hand: what is said to
# be "from memory" below was not checked.
model = dict(
    type="UDASegmentor",
    heads=dict(
        # from memory: pooling to the patches and two convolutions. Our choice: 3x3 and
        # 1x1, 256 channels, and that it sees probabilities rather than logits.
        h_patch=dict(
            type="RegionHead", in_channels=19, num_regions=50, patch_size=(32, 64)
        ),
        d_decode=dict(type="PixelDiscriminator", in_channels=19),
        # from memory: three fully connected layers of 256, 512 and 1
        d_patch=dict(type="PointDiscriminator", in_channels=50, channels=(256, 512)),
    ),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0),
            paper="PatchAlign paper, L_s",
        ),
        patch_modes=dict(
            type="RegionClassification",
            head="h_patch",
            labels="patch_modes",
            on="source",
            loss_weight=dict(decode=0.01),  # lambda_d, from memory
            paper="PatchAlign paper, L_d",
        ),
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(decode="d_decode"),
            sees="softmax",
            gan="bce",
            source_label=0,
            discriminator_weight=0.5,  # our choice, as AdaptSegNet
            loss_weight=dict(decode=0.0005),  # lambda_g, from memory
            paper="PatchAlign paper, global L_adv",
        ),
        adversarial_patch=dict(
            type="Adversarial",
            discriminators=dict(decode="d_patch"),
            through="h_patch",
            sees="softmax",
            gan="bce",
            source_label=0,
            discriminator_weight=0.5,  # our choice, as AdaptSegNet
            loss_weight=dict(decode=0.0001),  # lambda_l, from memory
            paper="PatchAlign paper, patch-level L_adv",
        ),
    ),
)
