"""The public data sets models are trained and measured on; nothing of them enters the repository."""

from __future__ import annotations

import csv
import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voc.cleaning.duplicates import bare
from voc.text.uniform import normalise

csv.field_size_limit(sys.maxsize)
DATA = Path(os.environ.get("VOC_PUBLIC_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@dataclass(frozen=True)
class Row:
    text: str
    label: str
    domain: str
    rating: float | None = None


def part(text: str) -> str:
    """Fixed split by the words themselves, so that copies of a text never stand on both sides."""
    bucket = zlib.crc32(bare(text).encode()) % 10
    return "test" if bucket < 2 else "calibration" if bucket == 2 else "train"


def rows(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(line.replace("\0", "") for line in file))


def _clean(items: list[Row]) -> list[Row]:
    texts = normalise([item.text for item in items])
    seen: set[str] = set()
    kept = []
    for item, text in zip(items, texts, strict=True):
        key = bare(text)
        if key and key not in seen and "填写评价" not in text:
            seen.add(key)
            kept.append(Row(text, item.label, item.domain, item.rating))
    return kept


def shopping() -> Iterator[Row]:
    for row in rows("chinese_nlp_corpus_basic/online_shopping_10_cats.csv"):
        if row["cat"] != "蒙牛":
            yield Row(row["review"], row["label"], f"shopping/{row['cat']}")


def waimai() -> Iterator[Row]:
    for row in rows("chinese_nlp_corpus_basic/waimai_10k.csv"):
        yield Row(row["review"], row["label"], "waimai")


def aircon() -> Iterator[Row]:
    for row in rows("jd_aircon_reviews/jd_aircon_dev.csv"):
        if row["star"] in {"1", "2", "3", "4", "5"}:
            yield Row(row["content"], _star(row["star"]), "jd_aircon", float(row["star"]))


def apps() -> Iterator[Row]:
    for name in ("mijia", "midea_meiju"):
        for row in rows(f"appstore_zh_iot_and_mall/{name}.csv"):
            if row["star"] in {"1", "2", "3", "4", "5"}:
                text = f"{row['title']}。{row['content']}"
                yield Row(text, _star(row["star"]), f"app/{name}", float(row["star"]))


def _star(star: str) -> str:
    return {"1": "0", "2": "0", "5": "1"}.get(star, "")


def aspects() -> Iterator[Row]:
    """Short sentences whose aspects all have one polarity."""
    polarities: dict[tuple[str, str], set[str]] = {}
    for row in rows("absa_chinese_apc/absa_chinese_apc.csv"):
        polarities.setdefault((row["domain"], row["sentence"]), set()).add(row["polarity"])
    for (domain, sentence), found in polarities.items():
        if found == {"Positive"} or found == {"Negative"}:
            yield Row(sentence, "1" if "Positive" in found else "0", f"absa/{domain}")


def cosmetics() -> Iterator[Row]:
    """Reviews whose opinions all have one polarity."""
    polarities: dict[str, set[str]] = {}
    for row in rows("zhejiang_cup2019_opinion/labels.csv"):
        polarities.setdefault(row["id"], set()).add(row["Polarities"])
    for row in rows("zhejiang_cup2019_opinion/reviews.csv"):
        found = polarities.get(row["id"], set())
        if found == {"正面"} or found == {"负面"}:
            yield Row(row["Reviews"], "1" if "正面" in found else "0", "cosmetics")


def sentiment_seen() -> list[Row]:
    """Labelled 1 or 0, domains the model is trained on."""
    sources = [*shopping(), *aircon(), *apps(), *aspects()]
    return _clean([row for row in sources if row.label])


def sentiment_unseen() -> list[Row]:
    """Labelled 1 or 0, domains no weight has seen."""
    return _clean([*waimai(), *cosmetics()])


_WISH = re.compile(
    r"(?:建议|希望|盼望|要是|如果|最好|能不能|能否|可不可以|可以|应该|期待|还需|有待).{0,6}"
    r"(?:增加|添加|加[上入个点一]|改进|改善|优化|提供|支持|开发|设置|完善|提高|适配|推出|出[个一]|开通|放宽|保留|恢复|调整|允许|更多|更好)"
)
_WARNING = re.compile(r"(?:建议|希望).{0,4}(?:大家|各位|亲|朋友|别买|不要|谨慎|慎重)")
_QUESTION = re.compile(
    r"^(?:请问|想问|问一下|咨询|怎么|如何|为什么|什么时候|是不是|有没有|能不能).{2,40}[?？]?$"
)
_CIVIC = {"表扬": "praise", "投诉": "complaint", "建议": "suggestion", "咨询": "enquiry"}


def civic() -> list[Row]:
    """Messages of citizens whose type stands in their own title; the giveaway words are cut from the title."""
    found = [
        Row(f"{r['title_without_cue']}。{r['留言详情'][:300]}", _CIVIC[r["type_from_title"]], "civic")
        for r in rows("taidi2020c_gov_messages/type_dev.csv")
    ]
    return _clean(found)


def types_weak() -> list[Row]:
    """Types by weak supervision: stars, wishes, collections of questions."""
    found: list[Row] = []
    for row in sentiment_seen() + [r for r in _clean([*aircon(), *apps()]) if not r.label]:
        found += _weak_type(row)
    for row in rows("unionpay_faq/unionpay_faq.csv"):
        found.append(Row(row["question"], "enquiry", "unionpay"))
    for name, limit in (("bq_dev", 2500), ("lcqmc_dev", 1500), ("atec_train_without_holdout", 2500)):
        for row in rows(f"near_duplicate_pairs/{name}.csv")[:limit]:
            found.append(Row(row["sentence1"], "enquiry", name))
    return _clean(found)


def _weak_type(row: Row) -> Iterator[Row]:
    if _WISH.search(row.text) and not _WARNING.search(row.text) and len(row.text) < 120:
        yield Row(row.text, "suggestion", row.domain, row.rating)
    elif _QUESTION.search(row.text) and row.domain.startswith("app"):
        yield Row(row.text, "enquiry", row.domain, row.rating)
    elif row.label:
        yield Row(row.text, "praise" if row.label == "1" else "complaint", row.domain, row.rating)
