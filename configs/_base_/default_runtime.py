default_scope = "mmseg"
custom_imports = dict(imports=["mmseg_uda"], allow_failed_imports=False)

env_cfg = dict(
    cudnn_benchmark=True,  # crops have one size
    mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0),
    dist_cfg=dict(backend="nccl"),
)

log_level = "INFO"
log_processor = dict(type="ShortLogProcessor", by_epoch=False, window_size=50)
# No name: the Runner then names it after the experiment, and the stages of a run, one
# Runner each in one process, do not share the first one's folder.
visualizer = dict(
    type="SegLocalVisualizer", vis_backends=[dict(type="LocalVisBackend")]
)

load_from = None
resume = False
# One seed on all ranks: the sampler, the augmentation and IterationSeedHook derive
# different numbers for each rank from it themselves.
randomness = dict(seed=0, diff_rank_seed=False)

default_hooks = dict(
    timer=dict(type="IterTimerHook"),
    logger=dict(type="LoggerHook", interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type="ParamSchedulerHook"),
    checkpoint=dict(
        type="AtomicCheckpointHook",
        interval=2000,
        max_keep_ckpts=1,
        save_best="mIoU",
        rule="greater",
    ),
    sampler_seed=dict(type="DistSamplerSeedHook"),
)
custom_hooks = [
    dict(type="IterationSeedHook"),
    dict(type="ResultHook", key="mIoU"),
]
