"""Which top-level keys of a config anything reads."""

import inspect

from mmengine.runner import Runner

# what mmengine's Runner or its tools read from a config beyond Runner's arguments
_ALSO_READ = {
    "activation_checkpointing",
    "compile",
    "custom_imports",
    "efficient_conv_bn_eval",
    "find_unused_parameters",
    "model_wrapper_cfg",
    "own",
    "stages",
    "sync_bn",
    "toy",
    "translate_pipeline",
    "tta_model",
    "tta_pipeline",
}


def read_keys() -> set[str]:
    """Return the keys that are read; all others only help a config to build these."""
    return set(inspect.signature(Runner).parameters) | _ALSO_READ
