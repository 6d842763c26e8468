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
            # Our choice: the paper names neither the bound nor the norm of the noise.
            noise=dict(kind="gaussian_clip", eps=0.5),
            num_samples=1,
        ),
    ),
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            # Eq. 8 sums over all pixels, labelled or not: of half-ignored labels it
            # counts half. pseudo.py divides by what is kept: there average="valid".
            average="all",
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
