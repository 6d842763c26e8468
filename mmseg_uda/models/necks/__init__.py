"""Necks of mmseg_uda."""

from .top_down_neck import TopDownNeck

__all__ = ["TopDownNeck"]
