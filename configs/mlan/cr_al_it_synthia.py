# CR-AL +IT, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL on the source's images and their translations.
_base_ = "./cr_al_synthia.py"
stages = dict(train=dict(translated="../translation/cyclegan_synthia.py"))
