"""Measure the text stages on rows nothing was tuned or trained on: `python -m benchmarks.quality`.

Prints the tables of `benchmarks.quality_tone`, then one of everything else. The data sets are named in
`benchmarks/corpora.py`; set VOC_PUBLIC_DATA to their folder.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpora, quality_tone, simulated
from voc.duplicates import bands, content_hash
from voc.labels import annotate, assemble
from voc.privacy import mask
from voc.rejection import reject
from voc.taxonomy import parse_taxonomy
from voc.text import normalise

ASSETS = Path(__file__).resolve().parents[1] / "voc" / "data"
MODEL = assemble((ASSETS / "tone.npz").read_bytes(), (ASSETS / "topics.npz").read_bytes())
TAXONOMY = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
SEED = 7
Result = tuple[str, str, str]


def test_rows(rows: list[corpora.Row]) -> list[corpora.Row]:
    return [row for row in rows if corpora.part(row.text) == "test"]


def issues() -> Iterator[Result]:
    yield from simulated.rows(
        TAXONOMY, replace(MODEL, topics=replace(MODEL.topics, issues=None)), "cues alone, "
    )
    yield from simulated.rows(TAXONOMY, MODEL)


def _identity(rng: random.Random) -> str:
    town, born = (
        rng.choice(["110105", "440305", "320106"]),
        f"19{rng.randrange(50, 99)}{rng.randrange(1, 13):02d}",
    )
    body = f"{town}{born}{rng.randrange(1, 29):02d}{rng.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def _card(rng: random.Random) -> str:
    body = "6222" + "".join(str(rng.randrange(10)) for _ in range(14))
    doubled = [int(c) * (2 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body))]
    return body + str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def _mobile(rng: random.Random) -> str:
    return f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"


TOWNS = ["浙江省杭州市西湖区文三路", "广东省广州市天河区体育西路", "人民路"]
PLANTS: dict[str, Callable[[random.Random], str]] = {
    "mobile": _mobile,
    "mobile, spaced": lambda r: "{} {} {}".format(*(lambda m: (m[:3], m[3:7], m[7:]))(_mobile(r))),
    "mobile, dashed": lambda r: "{}-{}-{}".format(*(lambda m: (m[:3], m[3:7], m[7:]))(_mobile(r))),
    "mobile, full width": lambda r: _mobile(r).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "mobile, Chinese numerals": lambda r: _mobile(r).translate(str.maketrans("0123456789", "零一二三四五六七八九")),
    "mobile, +86": lambda r: "+86 " + _mobile(r),
    "landline": lambda r: f"0{r.choice(['10', '21', '755', '571'])}-{r.randrange(20_000_000, 89_999_999)}",
    "identity card": _identity,
    "bank card": _card,
    "e-mail": lambda r: f"user{r.randrange(10**6)}@{r.choice(['qq.com', '163.com', 'sina.com.cn'])}",
    "plate": lambda r: f"{r.choice('京沪粤浙')}{r.choice('ABCDE')}{r.randrange(10**5):05d}",
    "wechat": lambda r: f"微信wx{r.randrange(10**8)}",
    "qq": lambda r: f"QQ{r.randrange(10**8, 10**9)}",
    "order": lambda r: f"订单号{r.randrange(10**11, 10**12)}",
    "address": lambda r: f"{r.choice(TOWNS)}{r.randrange(1, 300)}号{r.randrange(1, 20)}栋{r.randrange(100, 999)}室",
    "name": lambda r: f"我叫{r.choice('王李张刘陈杨赵黄周吴')}{r.choice(['伟', '建国', '秀英', '芳', '志强', '敏'])}",
}  # fmt: skip


def clean_reviews() -> list[str]:
    rows = [
        row.text
        for row in test_rows(corpora._clean([*corpora.aircon(), *corpora.waimai(), *corpora.shopping()]))
    ]
    return [text for text in rows if len(text) > 10]


def privacy() -> Iterator[Result]:
    rng = random.Random(SEED)
    hosts = [
        text
        for text, count in zip(*(lambda t: (t, mask(t).counts))(clean_reviews()), strict=True)
        if not count
    ]
    for kind, make in PLANTS.items():
        secrets = [make(rng) for _ in range(500)]
        texts = normalise([f"{rng.choice(hosts)[:60]}，{secret}，请回复" for secret in secrets])
        masked = mask(texts).texts
        core = [
            normalise(
                [s.removeprefix("我叫").removeprefix("订单号").removeprefix("微信").removeprefix("QQ")]
            )[0]
            for s in secrets
        ]
        found = np.mean([c not in m for c, m in zip(core, masked, strict=True)])
        yield f"personal data recall, {kind}", f"{found:.3f}", "500 planted in real reviews"
    texts = clean_reviews()
    counts = np.array(mask(texts).counts)
    yield (
        "masked among real reviews (true or false)",
        f"{(counts > 0).mean():.4%}",
        f"{(counts > 0).sum()} of {len(texts)}",
    )


def speed() -> Iterator[Result]:
    rows = corpora._clean([*corpora.aircon(), *corpora.apps(), *corpora.waimai()])
    random.Random(SEED).shuffle(rows)
    texts, ratings = [r.text for r in rows][:15_000], [r.rating for r in rows][:15_000]
    length = np.mean([len(t) for t in texts])
    stages: dict[str, Callable[[list[str], list[Any]], object]] = {
        "normalise": lambda t, r: normalise(t),
        "mask": lambda t, r: mask(t),
        "reject": lambda t, r: reject(t),
        "content_hash": lambda t, r: content_hash(t),
        "bands": lambda t, r: bands(t),
        "annotate": lambda t, r: annotate(t, r, TAXONOMY, MODEL),
    }
    total = 0.0
    for name, stage in stages.items():
        stage(texts[:100], ratings[:100])
        begun = time.process_time()
        for at in range(0, len(texts), 5000):
            stage(texts[at : at + 5000], ratings[at : at + 5000])
        took = time.process_time() - begun
        total += took
        yield f"speed, {name}", f"{len(texts) / took:,.0f}", "rows per CPU second, batches of 5,000"
    yield (
        "speed, all text stages",
        f"{len(texts) / total:,.0f}",
        f"rows per CPU second; {length:.0f} characters on average",
    )


def main() -> None:
    """Print every measure."""
    quality_tone.main()
    print(f"model {MODEL.version}, taxonomy {TAXONOMY.version}\n")
    print("| measure | value | on |\n| --- | --- | --- |")
    for part in (issues, privacy, speed):
        for name, value, note in part():
            print(f"| {name} | {value} | {note} |", flush=True)


if __name__ == "__main__":
    main()
