from hypothesis import given
from hypothesis import strategies as st

from voc.quotations import Passage, choose, excerpt, typical

LATE = [
    "师傅迟到两个小时，电话也不接",
    "约了上午，师傅迟到三个小时",
    "装空调的师傅迟到，等了一下午",
]
STRAY = "退个安装押金拖了十四天，一会说系统升级"


def passage(words):
    return Passage(words, 0, min(4, len(words)))


def test_what_others_say_too_is_quoted_before_what_was_taken_in_by_mistake():
    ordered = typical([passage(words) for words in [STRAY, *LATE]])
    assert ordered[-1].text == STRAY


def test_a_mere_cry_is_not_typical_though_everybody_utters_it():
    assert typical([passage(words) for words in ["师傅", *LATE]])[-1].text == "师傅"


@given(st.lists(st.text(max_size=40), max_size=8))
def test_ordering_loses_no_passage(texts):
    passages = [passage(words) for words in texts]
    assert sorted(p.text for p in typical(passages)) == sorted(texts)


def test_quotations_are_not_the_same_sentence_again():
    assert choose([passage("师傅迟到两个小时，电话也不接"), *map(passage, LATE)], 2) == LATE[:2]


def test_a_clause_is_quoted_again_only_where_nothing_else_is_left():
    first, again, other = "老连不上网，遥控器找不着", "老连不上网，手机成了摆设", "半个月前突然掉线"
    said = [passage(words) for words in (first, again, other)]
    assert choose(said, 2) == [first, other]
    assert choose(said, 3) == [first, other, again]


def test_a_long_sentence_is_cut_around_the_place_that_matters():
    words = "一" * 80 + "师傅迟到" + "二" * 80
    cut = excerpt(Passage(words, 80, 84))
    assert "师傅迟到" in cut
    assert (cut[0], cut[-1], len(cut) <= 62) == ("…", "…", True)


def test_of_a_dialogue_the_customer_is_quoted():
    words = "客服：非常抱歉给您带来不便\n用户：师傅迟到两个小时\n客服：马上为您催"
    assert excerpt(Passage(words, 17, 22)) == "师傅迟到两个小时"


def test_a_title_too_short_to_say_anything_is_quoted_with_the_sentence_after_it():
    assert excerpt(Passage("涨价\n一单配送费收我十二！抢钱", 0, 2)) == "涨价 一单配送费收我十二"
    assert excerpt(Passage("涨价。。。\n一单配送费收我十二", 0, 2)) == "涨价。。。 一单配送费收我十二"
    assert excerpt(Passage("太贵了！", 0, 3)) == "太贵了"
    assert (
        len(choose([Passage("涨价\n一单配送费收我十二", 0, 2), Passage("涨价\n路才一公里，运费十块", 0, 2)]))
        == 2
    )
