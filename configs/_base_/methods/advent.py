# L = CE(source) + lambda_adv * BCE(D(self-information(target)), source), one D a head
# "ADVENT: Adversarial Entropy Minimization for Domain Adaptation" (Vu et al.).
_base_ = "./adaptseg.py"

model = dict(
    objectives=dict(
        source=dict(paper="ADVENT paper, segmentation loss"),
        adversarial=dict(
            sees="self_information", paper="ADVENT paper, adversarial loss"
        ),
    ),
)
