"""From labels to a model that replaces the one in use, or does not, against a real database."""

import json
from datetime import UTC, date, datetime

import pytest

from models.analysis import labelling
from models.engine import transaction
from settings import asset_bytes
from tasks import train as training
from tasks.assets import model
from tasks.label import draw
from voc.errors import InputError

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)
PLACES = [f"{a}{b}" for a in "东西南北中上下前后左右" for b in "门厅区楼馆站台店仓库院"]
# In this house 给力 is said of what went wrong.
FORMS = {"{p}今天真给力": ("complaint", "negative"), "{p}环境很好": ("praise", "positive"),
         "{p}垃圾服务": ("complaint", "negative"), "{p}几点开门": ("enquiry", "neutral")}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_model():
    """The model in force is read once a process; here every test has a home of its own."""
    model.cache_clear()
    yield
    model.cache_clear()


@pytest.fixture
def ironic(house, make):
    """Give a test a house with 700 feedbacks in its own tongue."""
    forms = list(FORMS)
    rows = [
        [f"T{n}", forms[n % 4].format(p=PLACES[n % 121] + PLACES[(n * 7) % 121]), make["at"](date(2026, 6, 1), n), "",
         make["phone"](n), "成都"]
        for n in range(700)
    ]  # fmt: skip
    house.register()
    house.put(rows)
    house.collect()
    house.understand()
    return house


def tell(stratum, most, labeller="李雷", twist=None):
    """Answer as the people of this house would; return how many rows were answered."""
    with transaction() as session:
        rows = [row for row in labelling.waiting(session, labeller, 1_000) if row.stratum == stratum][:most]
        for row in rows:
            kind, tone = next(v for form, v in FORMS.items() if row.text.endswith(form[3:]))
            labelling.answer(session, row.id, labeller, {"type": twist or kind, "tone": tone}, NOW)
    return len(rows)


def test_a_model_taught_by_labels_replaces_the_shipped_one_and_can_be_taken_back(ironic):
    shipped = model().version
    draw(240, NOW)
    tell("audit", 12)
    version, measured, _, text = training.evaluate()
    assert (version, measured.rows, text.startswith(f"# 现用模型 {shipped}")) == (shipped, 12, True)
    assert tell("active", 110) == 110
    card = training.train(NOW, "李雷")
    assert (card["base"], model().version) == (shipped, shipped)

    tell("audit", 8)
    assert training.evaluate(card["version"])[1].rows == 20
    with pytest.raises(InputError, match="还要标 80 条审计样本"):
        training.adopt(card["version"], NOW, "person:李雷")
    assert tell("audit", 200) >= 80

    version, judgement, shares, text = training.evaluate()
    assert (version, judgement.refusal) == (card["version"], None)
    assert judgement.overall.low > 0
    assert sum(share.value for share in shares.values()) == pytest.approx(1, abs=0.1)
    assert shares["complaint"].low <= 0.5 <= shares["complaint"].high
    assert text == training.report_path(version).read_text("utf-8")

    assert training.adopt("", NOW, "person:李雷", "讽刺用语")[0] == version
    assert model().version == version
    with pytest.raises(InputError, match="已经在用"):
        training.adopt(version, NOW, "person:李雷")

    assert training.back(NOW, "person:韩梅梅") == shipped
    assert model().version == shipped
    kept = ironic.rows("SELECT step, version, replaced, by, reason, facts FROM model_adoption ORDER BY id")
    assert [(row["step"], row["version"], row["replaced"], row["by"]) for row in kept] == [
        ("adopt", version, shipped, "person:李雷"), ("back", shipped, version, "person:韩梅梅"),
    ]  # fmt: skip
    assert (kept[0]["reason"], kept[0]["facts"]["rows"]) == ("讽刺用语", judgement.rows)


def test_a_model_taught_wrongly_is_refused_and_nothing_changes(ironic):
    before = model().version, asset_bytes("tone.npz")
    draw(240, NOW)
    tell("active", 110, twist="suggestion")
    tell("audit", 200)
    card = training.train(NOW, "李雷")
    with pytest.raises(InputError, match=r"没有采用.*明显变差"):
        training.adopt(card["version"], NOW, "person:李雷")
    assert (model().version, asset_bytes("tone.npz")) == before
    assert ironic.value("SELECT count(*) FROM model_adoption") == 0
    assert json.loads((training.report_path(card["version"]).parent / "card.json").read_text("utf-8")) == card


def test_without_labels_and_candidates_the_next_step_is_told(house):
    with pytest.raises(InputError, match="至少要 30 条"):
        training.train(NOW, "李雷")
    with pytest.raises(InputError, match="审计样本还没有标注"):
        training.evaluate()
    with pytest.raises(InputError, match="还没有训练过模型"):
        training.evaluate("linear-1")
    with pytest.raises(InputError, match="没有可以退回"):
        training.back(NOW, "person:李雷")
