# L = CE on the pseudo-labels that a threshold has kept: the "+Pseudo" rows.
model = dict(
    type="UDASegmentor",
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            # over the pixels that are kept, as cross-entropy is everywhere
            average="valid",
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="LCDA paper, Eq. 6",
        ),
    ),
)
