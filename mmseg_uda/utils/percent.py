"""Shares as people write them."""


def percent(share: float) -> str:
    """Return a share in percent, with two digits: ``'6.2 %'``, and never ``'1e+02 %'``.

    Args:
        share: In [0, 1].
    """
    value = 100 * share
    if value >= 99.5:
        return "100 %" if value >= 99.95 else f"{value:.1f} %"
    if 0 < value < 0.001:
        return "< 0.001 %"
    return f"{value:.2g} %"
