# AdaptSegNet's objective + lambda_1 * Llip   (LCDA paper, Eq. 3 added, Table V)
_base_ = "./adaptseg.py"

model = dict(
    maps=dict(
        lipschitz=dict(
            type="LipschitzMap",
            on="target",
            divergence="kl",
            num_samples=1,  # and FeatureNoise's default, see lcda.py
        ),
    ),
    objectives=dict(
        lipschitz=dict(
            type="MinimizeMap",
            map="lipschitz",
            loss_weight=dict(decode=1.0, aux=0.2),  # lambda_1
            paper="LCDA paper, Eq. 5, second term",
        ),
    ),
)
