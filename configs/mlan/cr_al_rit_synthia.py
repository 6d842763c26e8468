# CR-AL +RIT, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL on the source's images and their translations.
_base_ = "./cr_al_it_synthia.py"
stages = dict(train=dict(translated="rit_synthia.py"))
