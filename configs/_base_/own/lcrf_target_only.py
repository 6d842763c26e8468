# LCRF on the target alone, behind a checkpoint: --stage-one-checkpoint. No image of the
# source is needed.
_base_ = "./lcrf.py"

own = dict(batch_size=4, samples_per_domain=dict(source=None, target=4))
model = dict(objectives=dict(source=None))
train_dataloader = dict(dataset=dict(domains=dict(source=None)))
