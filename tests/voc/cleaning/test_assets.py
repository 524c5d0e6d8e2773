from __future__ import annotations

from pathlib import Path

from voc.cleaning.assets import Cleaning, load_cleaning
from voc.reading.model import assemble
from voc.reading.taxonomy import parse_taxonomy
from voc.reading.understanding import understand

DATA = Path(__file__).parents[3] / "voc" / "data"
CLEANING: Cleaning = load_cleaning(
    (DATA / "spam.npz").read_bytes(), (DATA / "variants.toml").read_text(encoding="utf-8")
)
TEXTS = [
    "按装师付迟到了，客付灰常慢",
    "安装师傅迟到了，客服非常慢",
    "全场五折，回T退订，点击http://t.cn/abc领红包，抢购热线[电话1]",
]


def test_models_read_the_usual_words_and_people_the_customers_own() -> None:
    taxonomy = parse_taxonomy((DATA / "taxonomy.toml").read_text(encoding="utf-8"))
    model = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())
    read = understand(TEXTS, [None] * 3, taxonomy, model, cleaning=CLEANING)
    assert read.masked == TEXTS
    assert read.rejected == [None, None, "advertising"]
    assert read.annotations.mentions[0] == read.annotations.mentions[1] != []
