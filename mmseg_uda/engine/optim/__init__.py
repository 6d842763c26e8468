"""Optimizers of a method: several of them, stepped after one backward pass."""

from .joint_optim_wrapper import JointOptimWrapper
from .uda_optim_wrapper_constructor import UDAOptimWrapperConstructor

__all__ = ["JointOptimWrapper", "UDAOptimWrapperConstructor"]
