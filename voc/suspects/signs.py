"""Signs of one hand in praise: words against the words with which the same source was praised before.

Each sign is a one-sided test of the window's praise against the past's. With little past, what is known of
praise in general stands in for it with the weight of `PRIOR` reviews.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.stats import norm, poisson

from voc.cleaning.duplicates import bare

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORT = 8  # letters
READ = 200  # texts of each side that are compared with each other
LONGEST = 120  # letters of a text that are compared
PRIOR = 20
# Of praise in general; on the side of caution, so that short and hollow praise alone is nothing special.
TWIN, TELLING = 0.6, 5  # likeness of twins, and letters below which likeness tells nothing
GENERAL_SHORT, GENERAL_HOLLOW, GENERAL_LIKENESS, GENERAL_REPEATED, GENERAL_TWINS = 0.4, 0.4, 0.06, 0.02, 0.01
BUSY = (
    2.0  # an hour of the day may hold this much more than the mean hour, or what is usual there and half more
)
_PRAISE = re.compile(
    r"特别|非常|真的?|挺|很|太|超级?|十分|蛮|比较|相当|实在|确实|总体|整体|感觉|觉得|用起来|使用|一直|还|都|也|就是|的|了|啊|呀|哦|呢|吧|哈|"
    r"不错|好用|好评|好看|方便|便捷|喜欢|满意|推荐|给力|完美|优秀|实用|强大|厉害|靠谱|值得|拥有|购买|信赖|放心|开心|可以|支持|点赞|"
    r"棒|赞|好|爱|牛|帅|美|顶|强|快|行|妙|佳|五星|五分|满分|下次|再来|还会|会|我|你|这个?|东西|产品|软件|商品|宝贝|卖家|店家|它|"
    r"good|great|nice|perfect|excellent|very|like|love|cool|best|ok|[0-9a-z]"
)
NAMES = {
    "short": "字数极少",
    "hollow": "只有空泛夸奖、没有产品细节",
    "alike": "措辞彼此雷同",
    "uniform": "长短几乎一样",
    "hasty": "集中在一两个小时内",
    "hands": "同一批客户反复评价",
}
GROUPS = {"short": "words", "hollow": "words", "alike": "template", "uniform": "template",
          "hasty": "hand", "hands": "hand"}  # fmt: skip


@dataclass(frozen=True)
class Praise:
    """Columns of praise, all of length n: its letters, seconds since 1970, customer (-1: unknown)."""

    letters: list[str]
    seconds: Ints
    customers: Ints

    def at(self, rows: Ints) -> Praise:
        """Keep some rows."""
        return Praise([self.letters[row] for row in rows], self.seconds[rows], self.customers[rows])


def letters_of(texts: Sequence[str]) -> list[str]:
    """Reduce texts to the letters that are compared."""
    return [bare(text)[:LONGEST] for text in texts]


def hollow(letters: Sequence[str]) -> Bools:
    """Whether little is left of each text when words of general praise are taken out."""
    left = [len(_PRAISE.sub("", words)) for words in letters]
    return np.array(
        [rest <= 0.25 * len(words) for rest, words in zip(left, letters, strict=True)], dtype=bool
    )


def likeness(letters: Sequence[str]) -> Floats:
    """How alike each two texts are, shape (n, n), 0 to 1; 0 on the diagonal."""
    alike: Floats = process.cdist(letters, letters, scorer=fuzz.ratio, dtype=np.float64, workers=1) / 100
    np.fill_diagonal(alike, 0)
    return alike


def signs_of(now: Praise, past: Praise, alpha: float) -> list[str]:
    """Name the signs of one hand that praise bears beyond what praise before it bore, each at level alpha."""
    chances = {
        "short": _more(_short(now), _short(past), GENERAL_SHORT),
        "hollow": _more(hollow(now.letters), hollow(past.letters), GENERAL_HOLLOW),
        "alike": _alike(_some(now.letters), _some(past.letters)),
        "uniform": _uniform(now.letters, past.letters),
        "hasty": _hasty(now.seconds, past.seconds),
        "hands": _more(_again(now.customers), _again(past.customers), GENERAL_REPEATED),
    }
    return [sign for sign, chance in chances.items() if chance <= alpha]


def _short(praise: Praise) -> Bools:
    return np.array([len(words) <= SHORT for words in praise.letters], dtype=bool)


def _again(customers: Ints) -> Bools:
    _, which, often = np.unique(customers, return_inverse=True, return_counts=True)
    return np.asarray((often[which] > 1) & (customers >= 0), dtype=bool)


def _more(now: Bools, past: Bools, general: float) -> float:
    """Chance of so many when the share is what it was; two shares compared, the past's with its prior."""
    n, known = len(now), len(past) + PRIOR
    before = (past.sum() + PRIOR * general) / known
    pooled = (now.sum() + past.sum() + PRIOR * general) / (n + known)
    error = np.sqrt(max(pooled * (1 - pooled), 1e-9) * (1 / n + 1 / known))
    return float(norm.sf((now.mean() - before - 0.5 / n) / error))


def _alike(now: list[str], past: list[str]) -> float:
    """Chance of so much likeness within the praise: on the whole, or in the share that has a twin."""
    here, before = likeness(now), likeness(past)
    return min(1.0, 2 * min(_closer(here, before), _twinned(_twins(here, now), _twins(before, past))))


def _closer(now: Floats, past: Floats) -> float:
    """Compare the mean likeness within two sets of texts; the error is that of a U-statistic (Hoeffding 1948)."""
    (mean, error), (before, doubt) = _within(now), _within(past)
    before = (before * len(past) + GENERAL_LIKENESS * PRIOR) / (len(past) + PRIOR)
    return float(norm.sf((mean - before) / np.hypot(error, doubt)))


def _twins(alike: Floats, letters: Sequence[str]) -> Ints:
    """Count for each text its twins; short words have none: many people say 很好用."""
    long = np.array([len(words) >= TELLING for words in letters], dtype=bool)
    return np.asarray(((alike >= TWIN) & long[:, None] & long[None, :]).sum(axis=1), dtype=np.int64)


def _twinned(now: Ints, past: Ints) -> float:
    """Compare the share of texts with a twin to that among as many texts of the past; twins come in pairs."""
    n, known = len(now), len(past)
    usual = 1 - (1 - GENERAL_TWINS) ** (n - 1)
    if known > 1:
        lonely = np.exp(np.minimum(n - 1, known - 1) * np.log1p(-np.minimum(past / (known - 1), 0.999)))
        usual = float((known * (1 - lonely).mean() + PRIOR * usual) / (known + PRIOR))
    error = np.sqrt(2 * usual * (1 - usual) * (1 / n + 1 / (known + PRIOR)))
    return float(norm.sf(((now > 0).mean() - usual - 0.5 / n) / max(error, 1e-9)))


def _some(texts: Sequence[str]) -> list[str]:
    if len(texts) <= READ:
        return list(texts)
    return [texts[int(place)] for place in np.linspace(0, len(texts) - 1, READ)]


def _within(alike: Floats) -> tuple[float, float]:
    n = len(alike)
    if n < 3:
        return 0.0, 0.05
    means = alike.sum(axis=1) / (n - 1)
    return float(means.mean()), max(float(2 * means.std(ddof=1) / np.sqrt(n)), 0.02 / np.sqrt(n))


def _uniform(now: Sequence[str], past: Sequence[str]) -> float:
    """Compare the spread of the logarithm of lengths; half as much error again as for normal ones, for heavy tails."""
    if min(len(now), len(past)) < 5:
        return 1.0
    spread, before = (
        max(float(np.log1p([len(w) for w in texts]).std(ddof=1)), 0.05) for texts in (now, past)
    )
    error = 1.5 * np.sqrt(0.5 / (len(now) - 1) + 0.5 / (len(past) - 1))
    return float(norm.sf((np.log(before) - np.log(spread)) / error))


def _hasty(now: Ints, past: Ints) -> float:
    """Chance of so full a quarter of an hour, hour or two hours, in days of habit; 1 where only days are known."""
    if not len(now) or np.mean(now % 3600 == 0) > 0.5 or (len(past) and np.mean(past % 3600 == 0) > 0.5):
        return 1.0
    ordered = np.sort(now)
    # Held against its own day: that one day brought more than another is told by the counts.
    _, which, often = np.unique((ordered + 8 * 3600) // 86400, return_inverse=True, return_counts=True)
    busy = _peak(np.concatenate([past, now]))
    chances = []
    for width in (900, 3600, 7200):
        inside = np.searchsorted(ordered, ordered + width, side="right") - np.arange(len(ordered))
        mean = busy * often[which] * width / 86400
        chances.append(float(poisson.sf(inside - 1, mean).min()) * 2 * len(often) * 86400 / width)
    return float(min(1.0, 3 * min(chances)))


def _peak(seconds: Ints) -> float:
    hours = np.bincount(seconds // 3600 % 24, minlength=24)
    return max(BUSY, 1.5 * 24 * float(hours.max()) / max(int(hours.sum()), 100))
