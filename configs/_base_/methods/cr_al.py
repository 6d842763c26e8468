# L = RLL + lambda_ent * sum_levels [ L_ent * M_image ]
#         + lambda_image * BCE(C_image(E(target)), source) * M_region
# CR-AL: MLAN paper, Eq. 7 to 10. Weights are detached (our choice). M_region has mean 1
# in each image (our choice: it is at most log(100) / 100, and would switch IL-AL off;
# norm="none" is the literal form). M_image is taken as it is, at least 1: it is to make
# RL-AL count more for images with a large gap.
_base_ = "./rl_al.py"

model = dict(
    heads=dict(c_image=_base_.c_image),
    maps=dict(
        region=_base_.map_region,
        image=_base_.map_image,
        multi=_base_.map_multi,  # for what builds on this; nothing here asks for it
    ),
    objectives=dict(
        rl_al=dict(weight=dict(map="image"), paper="MLAN paper, Eq. 8"),
        il_al=dict(
            _base_.il_al,
            # up-samples the 3x3 loss to the I x J of M_region; the target's part of
            # C_image's own loss is weighted, too (Eq. 9 and 10)
            weight=dict(map="region", norm="mean", resize="loss"),
            weight_discriminator=True,
            paper="MLAN paper, Eq. 9",
        ),
    ),
)
