# SYNTHIA -> Cityscapes as the LCDA paper trains its first stage: see GTA5's. The paper
# names one size for both tasks, so SYNTHIA's 1280x760 images are squeezed to 1280x640.
_base_ = "./gta_to_cityscapes_lcda.py"

train_dataloader = dict(
    dataset=dict(
        domains=dict(source=dict(type="SynthiaDataset", data_root="data/synthia"))
    )
)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
