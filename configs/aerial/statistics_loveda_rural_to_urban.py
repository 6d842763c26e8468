# No adaptation but for batch norm's statistics: LoveDA, rural -> urban.
_base_ = [
    "../_base_/own/statistics.py",
    "../_base_/own/pairs/loveda_rural_to_urban.py",
]
own = _base_.pair
