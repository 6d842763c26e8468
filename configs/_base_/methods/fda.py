# L = CE(source with the target's low frequencies) + lambda_ent * rho(entropy(target))
# "FDA: Fourier Domain Adaptation for Semantic Segmentation" (Yang & Soatto).
model = dict(
    type="UDASegmentor",
    views=dict(
        # Sides of the window in the corners of the spectrum, as in the released code
        # that trains. Its option for beta defaults to 0.1; the paper's values are
        # 0.01, 0.05 and 0.09.
        source=dict(type="FourierTransfer", beta=0.01, window="corners"),
        target=dict(type="DomainView"),
    ),
    maps=dict(
        # entropy of the logits at stride 8, as in the released code
        entropy=dict(type="RobustEntropyMap", on="target", eta=2.0, at="features"),
    ),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0),
            paper="FDA paper, segmentation loss",
        ),
        # From the first iteration, as in the released commands; the code's default
        # begins at 50000.
        entropy=dict(
            type="MinimizeMap",
            map="entropy",
            loss_weight=dict(decode=0.005),
            paper="FDA paper, entropy loss",
        ),
    ),
)
# 3 frequencies of a crop 64 pixels high, of which 0.01 would be none; chosen by looking
toy = dict(model=dict(views=dict(source=dict(beta=0.05))))
