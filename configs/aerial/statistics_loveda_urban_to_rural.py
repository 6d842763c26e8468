# No adaptation but for batch norm's statistics: LoveDA, urban -> rural.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/loveda_urban_to_rural.py",
]
own = _base_.pair
