# L = CE(source) + lambda_image * BCE(C_image(E(target)), source)
# IL-AL: MLAN paper, Eq. 6. C_image gives the probability of the source: the text labels
# it 0, the formula's signs want it 1. Only target features are moved, as in AdaptSegNet
# (Eq. 10, literally, moves both).
_base_ = ["./baseline.py", "./mlan_parts.py"]

model = dict(heads=dict(c_image=_base_.c_image), objectives=dict(il_al=_base_.il_al))
