import pytest

from voc.alarms.matter import has_a_matter
from voc.alarms.walk import Policy

TEXTS = ["安装费太贵", "收了两次安装费", "退货不给退", "师傅要安装费"]


@pytest.mark.parametrize(
    ("texts", "words", "issues", "expected"),
    [
        (TEXTS, ["安装费"], [], True),
        (TEXTS[:3], ["安装费"], [], False),
        (TEXTS[:3], [], [("price.high", 3)], True),
        (TEXTS[:3], [], [("price.high", 2), ("aftersales.return", 1)], False),
        ([], [], [], False),
    ],
)
def test_an_area_has_a_matter_once_three_share_a_word_or_an_issue(texts, words, issues, expected):
    assert has_a_matter("area:price", texts, words, issues, Policy()) is expected


@pytest.mark.parametrize("series", ["issue:price.high", "words:安装费", "issue:price.high|region:上海"])
def test_issues_and_words_are_a_matter_by_themselves(series):
    assert has_a_matter(series, TEXTS[:1], [], [], Policy())
