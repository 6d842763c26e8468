# MLAN = RIT + CR-AL + RST, SYNTHIA -> Cityscapes (MLAN paper, Table 4).
_base_ = "./cr_al_rst_synthia.py"
stages = dict(train=dict(config="cr_al_rit_synthia.py"))
