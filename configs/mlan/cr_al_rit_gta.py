# CR-AL +RIT, GTA5 -> Cityscapes (MLAN paper, Table 2):
# CR-AL on the source's images and their translations.
_base_ = "./cr_al_it_gta.py"
stages = dict(train=dict(translated="rit_gta.py"))
