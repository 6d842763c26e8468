# MLAN = RIT + CR-AL + RST, GTA5 -> Cityscapes (MLAN paper, Tables 2 and 3).
_base_ = "./cr_al_rst_gta.py"
stages = dict(train=dict(config="cr_al_rit_gta.py"))
