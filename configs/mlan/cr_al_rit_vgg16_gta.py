# CR-AL +RIT on VGG-16, GTA5 -> Cityscapes: all of mlan_vgg16_gta.py but
# self-training.
_base_ = "./cr_al_vgg16_gta.py"
stages = dict(train=dict(translated="rit_vgg16_gta.py"))
