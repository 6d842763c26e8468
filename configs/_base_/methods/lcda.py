# L1 = Lseg + lambda_1 * Llip   (LCDA paper, Eq. 4, 5 and 10)
model = dict(
    type="UDASegmentor",
    maps=dict(
        lipschitz=dict(
            type="LipschitzMap",
            on="target",
            divergence="kl",
            # The noise is FeatureNoise's default, our choice: the paper names neither
            # its bound nor its norm. One draw, as only the mean of the map counts here.
            num_samples=1,
        ),
    ),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            # Not in the paper: the auxiliary weight of the network that it follows.
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="LCDA paper, Eq. 4",
        ),
        lipschitz=dict(
            type="MinimizeMap",
            map="lipschitz",
            loss_weight=dict(decode=1.0, aux=0.2),  # lambda_1
            paper="LCDA paper, Eq. 5, second term",
        ),
    ),
)
