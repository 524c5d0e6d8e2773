"""Train the model of advertising and fraud from public data: `python -m benchmarks.train_spam`."""

from __future__ import annotations

import io
import json
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks import corpora
from voc.cleaning.duplicates import bare
from voc.cleaning.rejection import readable, weighed
from voc.cleaning.spam import BITS, LONG, OUTPUTS, SHORT, SpamModel, encode, slots, spam_scores
from voc.privacy.masking import mask
from voc.text.disguise import CONTACT, LINK, PHONE, undisguised
from voc.text.uniform import normalise

OUT = Path(__file__).resolve().parents[1] / "voc" / "data"
SEED = 20261121
QUESTIONS = 25_000  # of 100,000 questions to banks and shops, so that they do not drown the reviews
STIFFNESS = 40.0  # chosen on calibration rows among 10, 40 and 150
TOLERATED = 2e-4  # share of calibration feedback that may be rejected; half of those rows are advertising, read by eye
# Least threshold, chosen on feedback of domains left out of the fit (docs/benchmarks/rejection.md).
LOWEST = -1.5
# What customers write, too; put into feedback so that a telephone number alone condemns nobody.
HINTS = (
    LINK, PHONE, CONTACT, f"联系电话{PHONE}", f"我的电话{PHONE}", f"微信{CONTACT}", f"电话{PHONE}", f"qq{CONTACT}",
    "加微信", "退订", f"请回电{PHONE}",
)  # fmt: skip
HINTED = 2_000


@dataclass(frozen=True)
class Message:
    """A text as `reject` sees it, masked; `kind` is empty for feedback, else the category of the spam."""

    text: str
    domain: str
    kind: str = ""


def feedback() -> Iterator[tuple[str, str]]:
    """Real feedback and questions, with where they come from."""
    for name in ("shopping", "waimai", "aircon", "apps"):
        yield from ((row.text, name) for row in getattr(corpora, name)())
    yield from ((row["sentence"], "absa") for row in corpora.rows("absa_chinese_apc/absa_chinese_apc.csv"))
    yield from ((row["Reviews"], "cosmetics") for row in corpora.rows("zhejiang_cup2019_opinion/reviews.csv"))
    yield from (
        (row["content"], "restaurants") for row in corpora.rows("aic2018_finegrained_sample/train2.csv")
    )
    yield from (
        (row["评论内容"], "phones") for row in corpora.rows("jd_taobao_phone_reviews/jd_phones_2020_4722.csv")
    )
    for name in ("f2_labeled_495_dev", "f4_replies_2816_dev", "type_dev"):
        for row in corpora.rows(f"taidi2020c_gov_messages/{name}.csv"):
            yield f"{row['留言主题']}。{row['留言详情']}", "civic"
            yield row["留言主题"], "civic"
    yield from (
        (row["question"], "payment questions") for row in corpora.rows("unionpay_faq/unionpay_faq.csv")
    )
    for name in ("bq_dev", "atec_train_without_holdout"):
        for row in corpora.rows(f"near_duplicate_pairs/{name}.csv"):
            yield from (
                (row[side], f"{name[:4].strip('_')} questions") for side in ("sentence1", "sentence2")
            )


def messages() -> list[Message]:
    """Everything, distinct, normalised and masked."""
    spam = [(r["text"], r["category"]) for r in corpora.rows("fbs_spam_sms/fbs_spam_sms.csv")]
    raw = [(text, domain, "") for text, domain in feedback()] + [(text, "spam", kind) for text, kind in spam]
    texts = normalise([text for text, _, _ in raw])
    kept: dict[str, Message] = {}
    for text, (_, domain, kind) in zip(texts, raw, strict=True):
        if bare(text) and "填写评价" not in text:
            kept.setdefault(bare(text), Message(text, domain, kind))
    masked = mask([message.text for message in kept.values()]).texts
    return [Message(text, m.domain, m.kind) for text, m in zip(masked, kept.values(), strict=True)]


def features(plain: Sequence[str]) -> sparse.csr_matrix:
    """Presence of n-grams over the divisor of the text's length, exactly as `voc.cleaning.spam` adds them up."""
    found, begins = slots(*encode(plain))
    sizes = np.diff(begins)
    values = 1 / np.maximum(np.sqrt(np.maximum(sizes, SHORT)), sizes / np.sqrt(LONG))
    return sparse.csr_matrix((np.repeat(values, sizes), found, begins), shape=(len(plain), 2**BITS))


def hinted(plain: Sequence[str]) -> list[str]:
    """Feedback into which something that advertising also holds was put at random."""
    rng = random.Random(SEED)
    chosen = rng.sample(list(plain), min(HINTED, len(plain)))
    places = [rng.randrange(len(text) + 1) for text in chosen]
    return [text[:at] + rng.choice(HINTS) + text[at:] for text, at in zip(chosen, places, strict=True)]


def fit(rows: Sequence[Message]) -> SpamModel:
    """Fit both outputs on these rows, without a threshold yet."""
    rng = random.Random(SEED)
    questions = [row for row in rows if row.domain.endswith("questions")]
    taken = [row for row in rows if not row.domain.endswith("questions")]
    taken += rng.sample(questions, min(QUESTIONS, len(questions)))
    plain = undisguised([row.text for row in taken])
    more = hinted([text for text, row in zip(plain, taken, strict=True) if not row.kind])
    unwanted = np.array([bool(row.kind) for row in taken])
    x = features([*plain, *more])
    spam = LogisticRegression(C=STIFFNESS, max_iter=200, tol=5e-6).fit(
        x, np.r_[unwanted, np.zeros(len(more), bool)]
    )
    fraud = np.array([row.kind.startswith("FR") for row in taken])[unwanted]
    kinds = LogisticRegression(C=10.0, max_iter=200).fit(x[: len(taken)][unwanted], fraud)
    weights = np.column_stack([spam.coef_[0], kinds.coef_[0]])
    scale = np.quantile(np.abs(weights), 0.9999, axis=0) / 127
    table = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    return SpamModel("", table, scale, np.array([spam.intercept_[0], kinds.intercept_[0]]), 0.0)


def net_scores(rows: Sequence[Message], model: SpamModel) -> NDArray[np.float64]:
    """Score by which `voc.cleaning.rejection` decides, -inf where the model may not judge."""
    plain = undisguised([row.text for row in rows])
    scores = weighed(plain, spam_scores(plain, model)[:, 0])
    return np.where([readable(text) for text in plain], scores, -np.inf)


def threshold(rows: Sequence[Message], model: SpamModel) -> float:
    """Least score at which no more than the tolerated share of feedback is rejected."""
    scores = np.sort(net_scores([row for row in rows if not row.kind], model))[::-1]
    return max(float(scores[int(TOLERATED * len(scores))]) + 0.01, LOWEST)


def main() -> None:
    """Train on the training part, set the threshold on the calibration part, write weights and card."""
    rows = messages()
    parts = {name: [r for r in rows if corpora.part(r.text) == name] for name in ("train", "calibration")}
    model = fit(parts["train"])
    spam = sum(bool(row.kind) for row in parts["train"])
    limit = threshold(parts["calibration"], model)
    card = {
        "version": f"spam-{zlib.crc32(model.weights.tobytes()):08x}",
        "threshold": round(limit, 3),
        "outputs": OUTPUTS,
        "data": "FBS spam SMS against reviews, civic messages and questions of benchmarks/train_spam.py",
        "rows": {"spam": spam, "feedback": len(parts["train"]) - spam},
        "features": "presence of hashed character 1- to 4-grams of the undisguised text, logistic regression",
        "limits": "the spam is of text messages of 2017 to 2018; figures in docs/benchmarks/rejection.md",
    }  # fmt: skip
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, weights=model.weights, scale=model.scale, bias=model.bias,
        card=np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), dtype=np.uint8),
    )  # fmt: skip
    (OUT / "spam.npz").write_bytes(buffer.getvalue())
    (OUT / "spam_card.json").write_text(
        json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(card, len(buffer.getvalue()))


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
