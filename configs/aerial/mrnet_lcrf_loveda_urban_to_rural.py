# MRNet, then LCRF: LoveDA, urban -> rural.
_base_ = [
    "../_base_/own/mrnet_lcrf.py",
    "../_base_/own/pairs/loveda_urban_to_rural.py",
]
own = _base_.pair
