# L = CE(source) + lambda_cr * sum_levels CE(C_region(E(source)), region labels)
#   + lambda_ent * sum_levels L_ent(C_region(E(target))), which C_region ascends
#   + lambda_D * BCE(D(self-information(target)), source)
# CrCDA as far as the MLAN paper tells of it: RL-AL of its Sec. 3.2 with two sizes of
# patches, beside AdvEnt's adversary. The CrCDA paper was not at hand; its lambdas
# and that there are two sizes come second-hand, from unofficial code.
_base_ = "./rl_al.py"

model = dict(
    heads=dict(c_large=None, d_decode=dict(type="PixelDiscriminator", in_channels=19)),
    maps=dict(large=None),
    objectives=dict(
        # lambda_cr is MLAN's lambda_region, 5e-3
        region_large=None,
        rl_al=dict(
            maps=["small", "medium"],
            loss_weight=dict(decode=2.5e-5),  # lambda_ent
        ),
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(decode="d_decode"),
            sees="self_information",
            gan="bce",
            source_label=0,
            discriminator_weight=0.5,
            loss_weight=dict(decode=2.5e-5),  # lambda_D
            paper="ADVENT paper, adversarial loss",
        ),
    ),
)
stages = dict(regions=dict(rules=dict(large=None)))
