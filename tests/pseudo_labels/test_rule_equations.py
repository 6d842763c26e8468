"""What the rules say of themselves."""

import pytest

import mmseg_uda  # noqa: F401 - registers the rules
from mmseg_uda.registry import RULES

REACHED = "t_c: the {} that 20 % of the pixels predicted as c reach"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (dict(type="KeepAll"), ["y_target = argmax_c p_c"]),
        (
            dict(type="GlobalThreshold", threshold=0.85),
            ["y_target = argmax_c p_c if max_c p_c >= 0.85, else none"],
        ),
        (
            dict(type="ClassBalanced"),
            ["argmax_c p_c / t_c if max_c p_c / t_c >= 1,", REACHED.format("p_c")],
        ),
        (
            dict(type="SoftClassBalanced", alpha=0.5),
            ["(p_c / t_c)^(1/0.5) / sum_k (p_k / t_k)^(1/0.5) if sum_k", "> 1, else"],
        ),
        (
            dict(type="ClassQuantile", quantile=0.5, cap=0.8),
            ["p_c >= min(t_c, 0.8)", "t_c: the 0.5-quantile of p_c"],
        ),
        (
            dict(type="ConsistencyBalanced", keep_ties=False),
            ["argmax_c { p_c : p_c > t_c }", REACHED.format("p_c")],
        ),
        (
            dict(type="ConsistencyBalanced", map="m", thresholds_on="p"),
            ["argmax_c { p_c : p_c * m_decode >= t_c }", REACHED.format("p_c")],
        ),
        (
            dict(type="ConsistencyBalanced", map="m", norm="mean", argmax_on="ratio"),
            [
                "argmax_c p_c * m_decode / mean / t_c if max_c",
                REACHED.format("p_c * m_decode / mean"),
            ],
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_equation__says_what_is_kept_with_its_numbers(rule, told):
    equation = RULES.build(rule).equation()
    assert equation.startswith("y_target")
    assert all(part in equation for part in told)
