# L = sum_k lambda_k * CE(source)   (LCDA paper, Eq. 4; no adaptation)
model = dict(
    type="UDASegmentor",
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            # The LCDA paper gives no weight for the auxiliary head; 0.5 is that of the
            # networks whose head and schedule it follows. AdaptSegNet uses 0.1.
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="LCDA paper, Eq. 4",
        ),
    ),
)
