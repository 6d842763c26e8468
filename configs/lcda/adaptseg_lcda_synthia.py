# AdaptSeg+LCDA, SYNTHIA -> Cityscapes (LCDA paper, Table V): Eq. 3 added to the
# objective of AdaptSegNet, with the network, data and schedule of AdaptSegNet. (The
# paper's numbers are those of LCDA+Adv; it may mean that one, lcda_adv_synthia.py.)
_base_ = "../adaptseg/adaptseg_synthia.py"

model = dict(
    maps=dict(
        lipschitz=dict(
            type="LipschitzMap",
            on="target",
            divergence="kl",
            noise=dict(kind="gaussian_clip", eps=0.5),  # our choice, see lcda.py
            num_samples=1,
        ),
    ),
    objectives=dict(
        lipschitz=dict(
            type="MinimizeMap",
            map="lipschitz",
            loss_weight=dict(decode=1.0, aux=0.2),
            paper="LCDA paper, Eq. 5, second term",
        ),
    ),
)
