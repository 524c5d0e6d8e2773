import pytest

from voc.alarms.cause import Told, quotations, sentence, standing_out, usual

BEFORE = [
    "客服态度很差，没人理",
    "物流太慢了，等了一周",
    "页面有点难用",
    "价格又涨了",
    "客服一直不回复",
    "包装破了",
] * 10
NOW = [
    "更新完登录不了，一直提示超时",
    "登录不了，提示请求超时",
    "昨天更新后登录不了",
    "登录不了，验证码也收不到",
    "客服也不理人",
]


def test_the_words_of_an_incident_stand_out_and_the_usual_ones_do_not():
    words = standing_out(NOW, BEFORE)
    assert any("登录" in word for word in words)
    assert any("超时" in word for word in words)
    assert not any("客服" in word for word in words)


def test_of_words_within_one_another_only_one_is_told():
    words = list(standing_out(NOW, BEFORE))
    assert [w for w in words for other in words if w != other and w in other] == []


def test_masked_names_and_single_feedback_give_no_words():
    assert standing_out(["[姓名1]登录不了", "找[姓名1]"], BEFORE).keys().isdisjoint({"姓名", "[姓名1]"})
    assert standing_out(["登录不了"], BEFORE) == {}
    assert standing_out([], []) == {}


def test_quotations_hold_the_words_that_stand_out_and_differ():
    said = quotations([Told(text) for text in [*NOW, NOW[0]]], standing_out(NOW, BEFORE))
    assert len(said) == len(set(said)) == 3
    assert all("登录" in one for one in said)


@pytest.mark.parametrize(("volume", "told"), [(1.2, False), (3.0, True)])
def test_the_cause_is_one_sentence_that_tells_of_more_business_only_when_there_was_more(volume, told):
    written = sentence("登录失败", 12, 1.3, [("登录失败", 12), ("设备连接失败", 3)], [], ["超时"], volume)
    assert written.startswith("「登录失败」12 条，平时同期约 1.3 条")
    assert written.endswith("。")
    assert "突出的词：超时" in written
    assert ("3.0 倍" in written) is told


@pytest.mark.parametrize(
    ("observed", "expected", "volume", "told"),
    [(30, 10.0, 2.0, True), (30, 10.0, 1.3, False), (30, 1.0, 3.0, False)],
)
def test_more_business_is_named_where_it_explains_a_part_of_the_rise(observed, expected, volume, told):
    said = sentence("安装不准时", observed, expected, [], [], [], volume)
    assert ("业务量" in said) is told


@pytest.mark.parametrize(
    ("expected", "said"), [(0.0, "几乎没有"), (0.04, "几乎没有"), (0.06, "约 0.1 条"), (12.4, "约 12 条")]
)
def test_what_was_to_be_expected_is_never_said_to_be_zero_point_zero(expected, said):
    assert usual(expected) == said


def test_what_only_says_how_or_when_is_no_word_that_stands_out():
    said = ["包装上明明印着轻放", "箱子上明明写着轻放", "纸箱上明明画着轻放"] * 2
    words = standing_out(said, BEFORE)
    assert any("轻放" in word for word in words)
    assert not any("明明" in word for word in words)
