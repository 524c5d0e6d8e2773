"""Measure cleaning and rejection on rows nothing was trained on: `python -m benchmarks.rejection [--leave-out]`.

With `--leave-out` the model of spam is fitted again without a domain of feedback, or without a kind of spam,
and judged on what it has not seen; a minute or so for each. Prints Markdown.
"""

from __future__ import annotations

import random
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from opencc import OpenCC
from threadpoolctl import threadpool_limits

from benchmarks import corpora, train_spam
from benchmarks.train_spam import Message
from voc.cleaning.duplicates import bands, content_hash
from voc.cleaning.rejection import reject
from voc.cleaning.spam import SpamModel, load_spam
from voc.text.uniform import normalise
from voc.text.variants import canonical, parse_variants

DATA = Path(__file__).resolve().parents[1] / "voc" / "data"
SEED = 7
KINDS = {
    "advertising": ("AD:Retail", "AD:Network_service", "AD:Other", "AD:Real_estate", "AD:Loan"),
    "illegal goods and gambling": ("IL:Gambling", "IL:Fake_ID_and_invoice"),
    "fraud": ("FR:Phishing(Bank)", "FR:Other", "FR:Phishing(Other)", "FR:Financial"),
}
# What a list of words, the usual first attempt, would look like.
LISTED = re.compile(
    r"退订|点击|优惠|促销|折扣|抢购|免费|领取|红包|抽奖|中奖|贷款|发票|办证|刻章|兼职|刷单|彩票|彩金|投注|赌|充值|积分|开户|加微信|薇信|详询|热线|招聘"
)
LEFT_OUT = (
    ("reviews of shops and hotels", ("shopping",)),
    ("app store", ("apps",)),
    ("civic messages", ("civic",)),
    ("questions to banks and payment services", ("payment questions", "bq_d questions", "atec questions")),
)
UNSEEN_KINDS = (("AD:Loan", "AD:Real_estate"), ("IL:Gambling",), ("FR:Phishing(Bank)",))


def interval(hits: int, rows: int) -> str:
    """Share with its 95 % interval (Wilson 1927)."""
    z, share = 1.96, hits / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    digits = 3 if share > 0.01 else 5
    low, high = max(middle - half, 0), min(middle + half, 1)
    return f"{share:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def rejected(rows: Sequence[Message], spam: SpamModel | None) -> list[str | None]:
    return reject([row.text for row in rows], spam)


def recall(rows: list[Message], spam: SpamModel) -> Iterator[str]:
    yield "| spam SMS, test part | messages | rejected: model and rules | rules alone | list of words |"
    yield "| --- | --- | --- | --- | --- |"
    for name, kinds in KINDS.items():
        of_kind = [row for row in rows if row.kind in kinds]
        found, ruled = rejected(of_kind, spam), rejected(of_kind, None)
        listed = sum(bool(LISTED.search(row.text)) for row in of_kind)
        hits = [sum(reason is not None for reason in column) for column in (found, ruled)]
        n = len(of_kind)
        yield f"| {name} | {n} | {interval(hits[0], n)} | {interval(hits[1], n)} | {interval(listed, n)} |"
    told = Counter(
        (row.kind[:2] == "FR", reason)
        for row, reason in zip(rows, rejected(rows, spam), strict=True)
        if reason
    )
    right, wrong = told[True, "fraud"], told[False, "fraud"]
    caught = right + told[True, "advertising"]
    yield f"\nOf {right + wrong} messages called fraud {right} were;"
    yield f"of {caught} fraudulent ones rejected {right} were so called."


def disguised(rows: list[Message], spam: SpamModel) -> Iterator[str]:
    """Reject the same messages after they were disguised."""
    rng = random.Random(SEED)
    wide = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
    circled = str.maketrans({str(d): chr(0x245F + d) for d in range(1, 10)})
    alike = str.maketrans("aeopcxyi", "аеорсхуі")

    def hearts(text: str) -> str:
        return "".join(letter + rng.choice(["", "", "❤", "·", "\u200b", "*"]) for letter in text)

    ways: dict[str, Callable[[str], str]] = {
        "as sent": lambda text: text,
        "a space after every character": " ".join,
        "signs and invisible characters in between": hearts,
        "full width, circled digits": lambda text: text.translate(circled).translate(wide),
        "Cyrillic look-alikes": lambda text: text.translate(alike),
        "traditional characters": OpenCC("s2t").convert,
    }
    chosen = rng.sample([row for row in rows if row.kind[:2] in ("AD", "IL")], 500)
    yield "\n| 500 advertisements, disguised | rejected |\n| --- | --- |"
    for name, way in ways.items():
        texts = normalise([way(row.text) for row in chosen])
        yield f"| {name} | {interval(sum(r is not None for r in reject(texts, spam)), len(texts))} |"


def kept(rows: list[Message], spam: SpamModel) -> Iterator[str]:
    yield "\n| feedback, test part | rows | called spam | otherwise rejected | called spam by a list of words |"
    yield "| --- | --- | --- | --- | --- |"
    feedback = [row for row in rows if not row.kind]
    groups = {
        domain: [row for row in feedback if row.domain == domain]
        for domain in sorted({r.domain for r in feedback})
    }
    shown: list[str] = []
    for name, group in [*groups.items(), ("all", feedback)]:
        found = rejected(group, spam)
        spammy = [(r, row) for r, row in zip(found, group, strict=True) if r in ("advertising", "fraud")]
        others = [
            (r, row) for r, row in zip(found, group, strict=True) if r and r not in ("advertising", "fraud")
        ]
        listed = sum(bool(LISTED.search(row.text)) for row in group)
        share = interval(len(spammy), len(group))
        yield f"| {name} | {len(group)} | {share} | {len(others)} | {listed / len(group):.4f} |"
        shown += [f"- {r}: {row.text[:80]}" for r, row in spammy + others] if name == "all" else []
    yield "\nRejected feedback, to be read:\n" + "\n".join(line.replace("\n", " ") for line in shown)


def placeholders() -> Iterator[str]:
    """Real default texts of a shop, told by 填写评价; and what else is rejected in its raw rows."""
    raw = [row["content"] for row in corpora.rows("jd_aircon_reviews/jd_aircon_dev.csv")]
    texts = normalise(raw)
    said = ["用户" in text and "填写评" in text and len(text) < 30 for text in texts]
    found = reject(texts)
    hits = sum(r == "placeholder" for r, is_one in zip(found, said, strict=True) if is_one)
    other = Counter(text for text, r, is_one in zip(texts, found, said, strict=True) if r and not is_one)
    yield f"\nPlaceholders in {len(raw)} raw air-conditioner reviews: {hits} of {sum(said)} found;"
    yield f"other rejected texts: {dict(other)}"


def left_out(rows: list[Message]) -> Iterator[str]:
    train = [row for row in rows if corpora.part(row.text) == "train"]
    calibration = [row for row in rows if corpora.part(row.text) == "calibration"]
    test = [row for row in rows if corpora.part(row.text) == "test" and row.kind in sum(KINDS.values(), ())]
    yield "\n| feedback no weight and no threshold has seen | rows | called spam | recall on spam then |"
    yield "| --- | --- | --- | --- |"
    for name, domains in LEFT_OUT:
        model = train_spam.fit([row for row in train if row.domain not in domains])
        model = replace(
            model, threshold=train_spam.threshold([r for r in calibration if r.domain not in domains], model)
        )
        unseen = [row for row in rows if row.domain in domains]
        found = sum(r in ("advertising", "fraud") for r in rejected(unseen, model))
        caught = sum(r is not None for r in rejected(test, model))
        yield f"| {name} | {len(unseen)} | {interval(found, len(unseen))} | {caught / len(test):.3f} |"
    yield "\n| kind of spam not trained on | messages | rejected |\n| --- | --- | --- |"
    for kinds in UNSEEN_KINDS:
        model = train_spam.fit([row for row in train if row.kind not in kinds])
        model = replace(model, threshold=train_spam.threshold(calibration, model))
        unseen = [row for row in rows if row.kind in kinds]
        caught = sum(reason is not None for reason in rejected(unseen, model))
        yield f"| {', '.join(kinds)} | {len(unseen)} | {interval(caught, len(unseen))} |"


_TO_SIMPLIFIED = OpenCC("t2s")


def row_by_row(texts: Sequence[str]) -> list[str]:
    """What is usually written: compatibility forms, script and white space, one text after the other."""
    folded = (_TO_SIMPLIFIED.convert(unicodedata.normalize("NFKC", text)) for text in texts)
    return [re.sub(r"(.)\1{3,}", r"\1\1\1", re.sub(r"\s+", " ", text)).strip() for text in folded]


def speed(spam: SpamModel) -> Iterator[str]:
    """Rows per second of CPU time, the ways taking turns; medians of five."""
    rows = [*corpora.aircon(), *corpora.apps(), *corpora.waimai()]
    raw = [row.text for row in rows][:20_000]
    texts, variants = normalise(raw), parse_variants((DATA / "variants.toml").read_text(encoding="utf-8"))
    ways: dict[str, Callable[[], object]] = {
        "normalise, row by row (NFKC, OpenCC, re)": lambda: row_by_row(raw),
        "normalise": lambda: normalise(raw),
        "reject": lambda: reject(texts, spam),
        "content_hash": lambda: content_hash(texts),
        "bands": lambda: bands(texts),
        "canonical (variants)": lambda: canonical(texts, variants),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(6):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            taken[name].append(time.process_time() - begin)
    length = np.mean([len(text) for text in texts])
    yield f"\n| {len(raw)} reviews, {length:.0f} characters on average | rows per CPU second |\n| --- | --- |"
    for name, seconds in taken.items():
        yield f"| {name} | {len(raw) / np.median(seconds[1:]):,.0f} |"


def main() -> None:
    """Print everything."""
    spam = load_spam((DATA / "spam.npz").read_bytes())
    rows = train_spam.messages()
    test = [row for row in rows if corpora.part(row.text) == "test"]
    for part in (recall(test, spam), disguised(test, spam), kept(test, spam), placeholders(), speed(spam)):
        print("\n".join(part), flush=True)
    if "--leave-out" in sys.argv:
        for line in left_out(rows):
            print(line, flush=True)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
