"""Rows that a crawler made, not a customer: pages read twice, the boilerplate of a page, rows imported twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BLOCK = 5  # rows of a page that come again in the same order
ENOUGH = 6  # letters that two customers do not write in the same minute by chance
_BOILERPLATE = re.compile(
    r"(?:\s|[。.,，…·:：\[\]【】()（）>»<«|]|展开全文?部?|展开|收起|查看更多|更多评论|加载更多|点击加载|加载中|阅读全文|查看全部|"
    r"全部回复|查看回复|(?:该|此|本)条?(?:评论|评价|内容)已?被?(?:删除|屏蔽|隐藏|折叠)|(?:该|此)用户未填写(?:评价|评论)?内容?|"
    r"(?:该|此)用户(?:没有|未)(?:填写|发表)(?:评价|评论)?(?:内容)?|举报|回复|点赞|有用|赞|分享|写评论|发表评论|评论|\d+|"
    r"</?[a-z][^<>]*>|&[a-z]+;|undefined|null|nan|\[object Object\])+",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"展开|收起|查看|加载|阅读全文|已?被?(?:删除|屏蔽|隐藏|折叠)|用户(?:没有|未)|举报|写评论|</?[a-z]|undefined|object"
)


def boilerplate(texts: Sequence[str]) -> Bools:
    """Whether a text is nothing but what stands on every page."""
    return np.array(
        [bool(_BOILERPLATE.fullmatch(text)) and bool(_TELLING.search(text)) for text in texts], dtype=bool
    )


def repeated(said: Ints, seconds: Ints, ratings: NDArray[np.float64], products: Ints, letters: Ints) -> Bools:
    """Whether a row is an earlier one read again; all columns of length n, in the order of the file.

    said: hash of the words; letters: how many. The same words at the same second with the same rating and product
    are one row read twice. Where a source tells only minutes, short words may meet by chance; where it tells only
    days, a row counts as read again when it comes with its neighbours, as a page does.
    """
    if not len(said):
        return np.zeros(0, dtype=bool)
    row = _same(said, seconds, np.nan_to_num(ratings, nan=-1.0), products)
    before = _previous(row)
    daily = seconds % 86400 == seconds[0] % 86400  # every time of day alike: only days are known
    by_day = bool(daily.mean() > 0.5)
    precise = (seconds % 60 != 0).mean() > 0.5
    alone = np.zeros(len(said), dtype=bool) if by_day else (before >= 0) & (precise | (letters >= ENOUGH))
    return np.asarray(alone | _pages(row, before), dtype=bool)


def _same(*columns: NDArray[np.generic]) -> Ints:
    """Number rows so that equal rows have equal numbers."""
    parts = [np.unique(column, return_inverse=True)[1].astype(np.int64) for column in columns]
    key: Ints = parts[0]
    for part in parts[1:]:
        key = np.unique(key * (int(part.max()) + 1) + part, return_inverse=True)[1].astype(np.int64)
    return key


def _previous(row: Ints) -> Ints:
    order = np.argsort(row, kind="stable")
    before = np.full(len(row), -1, dtype=np.int64)
    same = row[order][1:] == row[order][:-1]
    before[order[1:][same]] = order[:-1][same]
    return before


def _pages(row: Ints, before: Ints) -> Bools:
    """Mark runs of rows that each repeat the row a fixed distance before, when they are not all one row."""
    lag = np.where(before >= 0, np.arange(len(row)) - before, 0)
    starts = np.flatnonzero(np.append(True, lag[1:] != lag[:-1]))
    ends = np.append(starts[1:], len(row))
    marked = np.zeros(len(row), dtype=bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if lag[start] > 0 and end - start >= BLOCK and len(np.unique(row[start:end])) >= BLOCK - 2:
            marked[start:end] = True
    return marked
