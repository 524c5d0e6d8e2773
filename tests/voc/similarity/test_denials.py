import pytest

from voc.similarity.denials import denials


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("快递不送货上门", "快递送货上门"),
        ("三天没到货", "十天没到货"),
        ("限额5000元怎么提高", "限额50000元怎么提高"),
    ],
)
def test_a_negation_or_a_number_sets_alike_words_apart(a: str, b: str) -> None:
    assert denials([a], [b])[0] < 0
    assert denials([a], [b]).tolist() == denials([b], [a]).tolist()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("能不能开发票", "能开发票吗"),
        ("无法登录", "登录不上去"),
        ("怎么还款", "怎么还款3期"),
        ("不制冷", "不制冷"),
        ("不知道密码怎么办", "忘记密码如何找回"),
    ],
)
def test_other_words_and_questions_are_left_to_the_network(a: str, b: str) -> None:
    assert denials([a], [b])[0] == 0
