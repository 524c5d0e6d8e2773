from dataclasses import replace

import numpy as np
import pytest

from voc.suspects.bursts import Policy, Rows, find_bursts

WORDS = "按键滤芯电池箱子音量锅底台灯窗帘说明屏幕客服热水手柄包装把手支架插头盖子轮子开关"
BOUGHT = ["非常好用，五星好评", "特别方便，推荐给大家", "很不错，点赞支持"]


def genuine(rng):
    return "".join(rng.choice(list(WORDS), rng.integers(10, 24)))


def source(extra, days=120, top=3, low=1, seed=5):
    """Feedback of `days` days, and what is planted on day 100: (top, text) pairs."""
    rng = np.random.default_rng(seed)
    said = [
        (day * 86400 + int(rng.integers(86400)), best, genuine(rng))
        for day in range(days)
        for best, mean in ((True, top), (False, low))
        for _ in range(rng.poisson(mean))
    ]
    said += [(100 * 86400 + int(rng.integers(86400)), best, text) for best, text in extra(rng)]
    said.sort()
    seconds = np.array([row[0] for row in said])
    return Rows(
        seconds // 86400, seconds, np.array([row[1] for row in said]), [row[2] for row in said],
        np.full(len(said), -1), np.zeros(len(said), dtype=bool),
    )  # fmt: skip


def bought(count):
    return lambda rng: [(True, BOUGHT[n % 3]) for n in range(count)]


@pytest.mark.parametrize("count", [30, 100])
def test_bought_praise_is_found_on_its_day_with_its_rows(count):
    rows = source(bought(count))
    (burst,) = find_bursts(rows)
    assert (burst.start, burst.seen) == (100, 100)
    marked = [rows.texts[row] for row in sorted(burst.rows)]
    assert sum(text in BOUGHT for text in marked) == count
    assert len(marked) <= count + 6
    assert "雷同" in burst.reason


def test_whole_sentences_that_come_back_are_found_where_everybody_praises_in_few_words():
    short = ["很好吃", "不错，还会再来", "味道很好", "好吃，送餐快", "很满意", "真的很棒", "推荐", "非常不错"]
    said = ["优惠多，速度快，强烈推荐", "一直在用，越来越好了", "很好用的软件，推荐大家下载"]
    rows = source(lambda rng: [(True, said[n % 3] + "！。~"[n // 3 % 3]) for n in range(36)])
    usual = np.random.default_rng(2).choice(short, len(rows.texts)).tolist()
    texts = [
        text if text.startswith(tuple(said)) else other for text, other in zip(rows.texts, usual, strict=True)
    ]
    (burst,) = find_bursts(replace(rows, texts=texts))
    assert (burst.start, burst.signs) == (100, {"alike"})


def test_a_quiet_source_is_silent():
    assert [burst for seed in range(8) for burst in find_bursts(source(lambda rng: [], seed=seed))] == []


def test_a_campaign_that_brings_more_of_every_kind_is_no_burst():
    rows = source(lambda rng: [(n % 4 != 0, genuine(rng)) for n in range(60)])
    assert find_bursts(rows) == []


def test_genuine_praise_alone_is_no_burst():
    assert find_bursts(source(lambda rng: [(True, genuine(rng)) for _ in range(30)])) == []


def test_what_comes_later_does_not_change_what_was_seen():
    rows = source(bought(40))
    known = rows.days <= 100
    early = replace(
        rows, days=rows.days[known], seconds=rows.seconds[known], top=rows.top[known],
        texts=[t for t, k in zip(rows.texts, known, strict=True) if k], customers=rows.customers[known],
        removed=rows.removed[known],
    )  # fmt: skip
    whole, part = find_bursts(rows)[0], find_bursts(early)[0]
    assert (part.start, part.seen, part.chance, part.rows) == (
        whole.start,
        whole.seen,
        whole.chance,
        whole.rows,
    )


def test_a_walk_that_begins_later_finds_the_same_burst():
    rows = source(bought(40))
    assert find_bursts(rows, Policy(), since=90)[0].rows == find_bursts(rows)[0].rows


def test_no_rows_have_no_bursts():
    none = np.zeros(0, dtype=np.int64)
    assert find_bursts(Rows(none, none, none.astype(bool), [], none, none.astype(bool))) == []
