# L2 = exp(-Llip) * Lself + lambda_2 * Llip   (LCDA paper, Eq. 8 and 9)
# The network stays stage one's: dropout 0.1 and batch norm's scales frozen are our
# choice (RPLUE's text has 0.1 too, its released command 0.2 and trained scales).
model = dict(
    type="UDASegmentor",
    maps=dict(
        lipschitz=dict(
            type="LipschitzMap",
            on="target",
            divergence="kl",
            # The noise is FeatureNoise's default, our choice: the paper names neither
            # its bound nor its norm.
            num_samples=4,
        ),
    ),
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            # Over the pixels that are kept, as in pseudo.py, so that both can be
            # compared. Eq. 8 sums over all pixels, labelled or not: of half-ignored
            # labels it counts half, which is average="all".
            average="valid",
            # Our choice: the paper does not say whether the weight is detached; RPLUE,
            # whose form Eq. 8 has, does not detach it.
            weight=dict(map="lipschitz", link="exp_neg", detach=False),
            # Not in the paper: the auxiliary weight of the network that it follows.
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="LCDA paper, Eq. 8",
        ),
        lipschitz=dict(
            type="MinimizeMap",
            map="lipschitz",
            loss_weight=dict(decode=1.0, aux=1.0),  # lambda_2
            paper="LCDA paper, Eq. 9, second term",
        ),
    ),
)
