# CR-AL +RST, GTA5 -> Cityscapes (MLAN paper, Table 2):
# +ST whose labels are chosen by p * M_multi (Eq. 13).
_base_ = "./cr_al_st_gta.py"
stages = dict(pseudo_labels=dict(rule=dict(map="multi")))
