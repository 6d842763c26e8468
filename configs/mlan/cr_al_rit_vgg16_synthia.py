# CR-AL +RIT on VGG-16, SYNTHIA -> Cityscapes: all of mlan_vgg16_synthia.py but
# self-training.
_base_ = "./cr_al_vgg16_synthia.py"
stages = dict(train=dict(translated="rit_vgg16_synthia.py"))
