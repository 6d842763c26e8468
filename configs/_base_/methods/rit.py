# Regularised image translation (RIT): MLAN paper, Eq. 12. CycleGAN's pair of
# translators, where the fooling term of target -> source counts as much as M_multi says
# of the target image, given by the segmentor and classifiers of a finished CR-AL, which
# are held fixed. lambda_R is 0 here, the maps are plain entropies (our choice: it is a
# schedule of CR-AL). The weight has mean 1 in each image (our choice, as in CR-AL), and
# D's own loss is not weighted (our choice; Eq. 12 literally weights both:
# weight_discriminator=True).
_base_ = ["./translation.py", "./mlan_parts.py"]

model = dict(
    frozen=["segmentor", "heads.c_*"],
    heads=dict(
        c_small=_base_.c_small,
        c_medium=_base_.c_medium,
        c_large=_base_.c_large,
        c_image=_base_.c_image,
    ),
    maps=dict(
        small=dict(_base_.region_map, head="c_small"),
        medium=dict(_base_.region_map, head="c_medium"),
        large=dict(_base_.region_map, head="c_large"),
        region=_base_.map_region,
        image=_base_.map_image,
        multi=_base_.map_multi,
    ),
    objectives=dict(
        adversarial_ts=dict(
            weight=dict(map="multi", norm="mean"),
            paper="MLAN paper, Eq. 12 with least squares",
        ),
    ),
)
