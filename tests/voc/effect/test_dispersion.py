"""How much counts vary beyond chance is told in words."""

from voc.effect.dispersion import in_words


def test_weeks_that_vary_as_chance_makes_them_are_not_told_by_a_factor() -> None:
    assert in_words(1.0, "周间波动") == "周间波动没有超出纯偶然"
    assert in_words(1.62) == "波动是纯偶然的 1.6 倍，已计入区间"
