"""Two pipelines to be compared with, written as their authors would write them: with care, and in a day.

Both do less than the product (no vault of raw cells, no row accounting, no cases, no second look at history);
what they do, they do on the same file, on the same machine, into the same PostgreSQL.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import pandas as pd
import psycopg2
from datasketch import MinHash, MinHashLSH
from psycopg2.extras import execute_values
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

CHUNK = 10_000
SCHEMA = """
DROP TABLE IF EXISTS rival_problem; DROP TABLE IF EXISTS rival_feedback; DROP TABLE IF EXISTS rival_raw;
CREATE TABLE rival_raw (id bigserial PRIMARY KEY, record_key text UNIQUE, payload jsonb NOT NULL);
CREATE TABLE rival_feedback (
    id bigserial PRIMARY KEY, record_key text UNIQUE NOT NULL, customer text, occurred_at timestamptz NOT NULL,
    rating real, region text, product text, text text NOT NULL, words text[], sentiment text NOT NULL,
    score real NOT NULL, topic text NOT NULL, reason text, copy_of text, priority text NOT NULL);
CREATE INDEX ON rival_feedback (occurred_at); CREATE INDEX ON rival_feedback (customer);
CREATE INDEX ON rival_feedback (topic, occurred_at);
CREATE TABLE rival_problem (topic text PRIMARY KEY, feedback int, customers int, first_seen timestamptz);
"""
_MASKS = [
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[邮箱]"),
    (re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)"), "[身份证]"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "[手机]"),
    (re.compile(r"(?<!\d)\d{16,19}(?!\d)"), "[银行卡]"),
    (re.compile(r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"), "[电话]"),
    (re.compile(r"(?:微信|QQ|qq|vx|VX)号?[:：]?\s*[A-Za-z0-9_-]{5,}"), "[账号]"),
]
_JUNK = re.compile(r"此用户(?:未|没有)填写|默认好评|加微信|刷单|兼职日结|代开发票|^测试|^test", re.IGNORECASE)
_RUN = re.compile(r"(.)\1{3,}")
_SEVERE = re.compile(r"起火|爆炸|漏电|触电|受伤|中毒|投诉|12315|律师|曝光")


# --- with care ------------------------------------------------------------------------------------------


def train(texts: list[str], labels: list[str]) -> Pipeline:
    """Fit the usual strong baseline: TF-IDF of one to three characters and a linear SVM."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    return make_pipeline(vectors, LinearSVC()).fit(texts, labels)


def careful(path: Path, url: str, sentiment: Pipeline, topic: LinearSVC) -> int:
    """Take a file in by batches: validate, clean, mask, dedupe, segment, classify, rank, load, aggregate."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        lsh, done = MinHashLSH(threshold=0.8, num_perm=64), 0
        for frame in pd.read_csv(path, dtype=str, keep_default_na=False, chunksize=CHUNK):
            _store_raw(cursor, frame)
            good = _classified(_cleaned(_valid(frame)), lsh, sentiment, topic)
            _store(cursor, good)
            connection.commit()
            done += len(frame)
        _aggregate(cursor)
    return done


def _store_raw(cursor: Any, frame: pd.DataFrame) -> None:
    payloads = [json.dumps(row, ensure_ascii=False) for row in frame.to_dict("records")]
    query = "INSERT INTO rival_raw (record_key, payload) VALUES %s ON CONFLICT DO NOTHING"
    execute_values(cursor, query, list(zip(frame["编号"].tolist(), payloads, strict=True)), page_size=2_000)


def _valid(frame: pd.DataFrame) -> pd.DataFrame:
    at = pd.to_datetime(frame["评价时间"], errors="coerce").dt.tz_localize("Asia/Shanghai")
    rating = pd.to_numeric(frame["星级"], errors="coerce")
    fine = at.between("2000-01-01", "2030-01-01") & (rating.isna() | rating.between(1, 5))
    fine &= (frame["评价内容"].str.strip() != "") & (frame["评价内容"].str.len() <= 20_000)
    return frame.assign(at=at, rating=rating)[fine].drop_duplicates("编号")


def _cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [_RUN.sub(r"\1\1\1", unicodedata.normalize("NFKC", text).strip()) for text in frame["评价内容"]]
    for pattern, token in _MASKS:
        texts = [pattern.sub(token, text) for text in texts]
    reasons = ["junk" if _JUNK.search(text) else None for text in texts]
    return frame.assign(text=texts, reason=reasons)


def _classified(frame: pd.DataFrame, lsh: MinHashLSH, sentiment: Pipeline, topic: LinearSVC) -> pd.DataFrame:
    texts = frame["text"].tolist()
    vectors = sentiment[0].transform(texts)  # one matrix for both models
    score = sentiment[1].decision_function(vectors)
    topics = topic.predict(vectors)
    words = [[word for word in jieba.cut(text) if len(word) > 1] for text in texts]
    counts = pd.Series(topics).map(Counter(topics)).to_numpy()
    severe = np.array([bool(_SEVERE.search(text)) for text in texts])
    points = 0.4 * np.log1p(counts) / np.log1p(CHUNK) + 0.3 * (score < 0) + 0.3 * severe
    return frame.assign(
        words=words,
        sentiment=np.where(score >= 0, "正面", "负面"),
        score=np.tanh(score),
        topic=topics,
        copy_of=_copies(lsh, frame["编号"].tolist(), texts),
        priority=np.select([severe & (score < 0), points > 0.6, points > 0.3], ["紧急", "高", "中"], "低"),
    )


def _copies(lsh: MinHashLSH, keys: list[str], texts: list[str]) -> list[str | None]:
    long = [i for i, text in enumerate(texts) if len(text) >= 16]
    shingles = [{texts[i][k : k + 2].encode() for k in range(len(texts[i]) - 1)} for i in long]
    copies: list[str | None] = [None] * len(texts)
    for i, sketch in zip(long, MinHash.bulk(shingles, num_perm=64), strict=True):
        found = lsh.query(sketch)
        if found:
            copies[i] = found[0]
        else:
            lsh.insert(keys[i], sketch, check_duplication=False)
    return copies


def _store(cursor: Any, frame: pd.DataFrame) -> None:
    columns = ["编号", "客户", "at", "rating", "城市", "商品", "text", "words", "sentiment", "score", "topic",
               "reason", "copy_of", "priority"]  # fmt: skip
    plain = frame[columns].astype(object).where(frame[columns].notna(), None)
    query = """INSERT INTO rival_feedback (record_key, customer, occurred_at, rating, region, product, text,
               words, sentiment, score, topic, reason, copy_of, priority) VALUES %s ON CONFLICT DO NOTHING"""
    execute_values(cursor, query, list(plain.itertuples(index=False, name=None)), page_size=2_000)


def _aggregate(cursor: Any) -> None:
    cursor.execute(
        """INSERT INTO rival_problem
           SELECT topic, count(*), count(DISTINCT customer), min(occurred_at) FROM rival_feedback
           WHERE sentiment = '负面' AND reason IS NULL AND copy_of IS NULL GROUP BY topic HAVING count(*) > 7"""
    )


# --- in a day -------------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    """Tables of the pipeline of a day."""


class Simple(Base):
    """One feedback."""

    __tablename__ = "rival_simple"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String, index=True)
    text: Mapped[str]
    words: Mapped[str]
    sentiment: Mapped[float]
    topic: Mapped[str]


def in_a_day(path: Path, url: str, rows: int) -> int:
    """Take the first rows of a file in, one by one: pandas, jieba, SnowNLP, one ORM insert a row."""
    from snownlp import SnowNLP

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, nrows=rows)
    seen: set[str] = set()
    topics = {"物流": "快递", "质量": "质量", "客服": "客服", "价格": "价格", "安装": "安装"}
    with Session(engine) as session:
        for _, row in frame.iterrows():
            text = row["评价内容"].strip()
            if not text or text in seen:
                continue
            seen.add(text)
            for pattern, token in _MASKS:
                text = pattern.sub(token, text)
            words = [word for word in jieba.cut(text) if len(word) > 1]
            topic = next((name for name, word in topics.items() if word in words), "其他")
            score = SnowNLP(text).sentiments
            session.add(
                Simple(key=row["编号"], text=text, words=" ".join(words), sentiment=score, topic=topic)
            )
            session.commit()
    pd.read_sql("SELECT topic, count(*) FROM rival_simple GROUP BY topic", engine)
    engine.dispose()
    return rows
