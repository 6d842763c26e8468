# SYNTHIA and Cityscapes for BDL's translators, as for GTA5: SYNTHIA's 1280x760 becomes
# 1024x608.
_base_ = "./gta_to_cityscapes_bdl_translation.py"

train_dataloader = dict(
    dataset=dict(
        domains=dict(source=dict(type="SynthiaDataset", data_root="data/synthia"))
    )
)
