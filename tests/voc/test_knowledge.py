"""The knowledge base finds an answer by the words and the meaning of its question."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from voc.knowledge import Entry, rank, rarest, terms

ENTRIES = (
    Entry(1, ("怎么修改收货地址", "地址填错了如何更改"), "下单后一小时内可在订单页修改。"),
    Entry(2, ("如何申请退款",), "在订单页点退款，三个工作日到账。"),
    Entry(3, ("空调不制冷怎么办",), "先清洗滤网，仍不制冷请预约师傅上门。"),
)


def known() -> Counter[str]:
    texts = [" ".join((*entry.questions, entry.body)) for entry in ENTRIES]
    return Counter(term for found in terms(texts) for term in set(found))


def found(question: str) -> list[int]:
    return [one.id for one in rank(question, ENTRIES, known(), len(ENTRIES))]


def test_words_and_pairs_of_a_text_are_its_terms() -> None:
    assert {"退款", "申请", "请退"} <= set(terms(["申请退款"])[0])


def test_widths_scripts_and_capitals_do_not_matter() -> None:
    assert terms(["ＡＰＰ退款"]) == terms(["app退款"])


def test_the_entry_that_is_asked_for_comes_first() -> None:
    assert found("退款怎么申请")[0] == 2


def test_another_way_of_asking_finds_the_same_entry() -> None:
    assert found("我的地址填错了")[0] == 1


def test_words_of_the_answer_find_an_entry_that_its_question_does_not() -> None:
    assert found("滤网")[0] == 3


def test_an_entry_that_shares_nothing_is_left_out() -> None:
    assert found("会员积分") == []


def test_the_question_counts_more_than_the_answer() -> None:
    two = (Entry(1, ("保修多久",), "见说明书"), Entry(2, ("说明书在哪里",), "保修卡背面"))
    assert rank("说明书", two, {"说明书": 2}, 2)[0].id == 2


def test_candidates_are_looked_up_by_the_rarest_known_terms() -> None:
    assert rarest(["的", "退款", "外星"], {"的": 9, "退款": 2}, 1) == ["退款"]


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=30))
def test_any_text_is_ranked_with_scores_between_0_and_1(questions: list[str], asked: str) -> None:
    entries = [Entry(i, (question,), "") for i, question in enumerate(questions)]
    held = Counter(term for cut in terms(questions) for term in cut)
    scores = [one.score for one in rank(asked, entries, held, len(entries))]
    assert all(0 < score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
