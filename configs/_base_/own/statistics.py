# The control that adaptation has to beat: trained on the source alone, and at the end
# batch norm has the statistics of all images of the target.
_base_ = "./source_only.py"
default_hooks = dict(
    target_statistics=dict(type="TargetStatisticsHook", domain="target")
)
