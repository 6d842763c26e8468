# No adaptation: LoveDA, rural -> urban.
_base_ = [
    "../_base_/own/source_only.py",
    "../_base_/own/pairs/loveda_rural_to_urban.py",
]
own = _base_.pair
