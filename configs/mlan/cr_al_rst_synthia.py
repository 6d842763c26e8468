# CR-AL +RST, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# +ST whose labels are chosen by p * M_multi (Eq. 13).
_base_ = "./cr_al_st_synthia.py"
stages = dict(pseudo_labels=dict(rule=dict(map="multi")))
