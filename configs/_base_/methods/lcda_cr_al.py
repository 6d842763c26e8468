# L = CR-AL + lambda_1 * L_lip(target): LCDA's local Lipschitz constraint beside MLAN's
# region- and image-level games. Our own combination, which is in neither paper.
_base_ = "./cr_al.py"

model = dict(
    maps=dict(
        lipschitz=dict(
            type="LipschitzMap",
            on="target",
            divergence="kl",
            num_samples=1,
        ),
    ),
    objectives=dict(
        lipschitz=dict(
            type="MinimizeMap",
            map="lipschitz",
            loss_weight=dict(decode=1.0),
            paper="LCDA paper, Eq. 5, second term",
        ),
    ),
)
