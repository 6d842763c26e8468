# CR-AL +IT, GTA5 -> Cityscapes (MLAN paper, Table 2):
# CR-AL on the source's images and their translations.
_base_ = "./cr_al_gta.py"
stages = dict(train=dict(translated="../translation/cyclegan_gta.py"))
