from dataclasses import replace

import numpy as np
import pytest

from settings import asset_bytes, asset_text
from voc.errors import ConfigError, InputError
from voc.learning.apply import relearn
from voc.learning.card import compared, trained
from voc.learning.compare import LEAST
from voc.learning.judge import judge
from voc.learning.layer import load_layer, with_layer
from voc.learning.learn import Taught, learn, said_sets
from voc.reading.labels import SURE_ENOUGH, annotate
from voc.reading.model import assemble
from voc.reading.taxonomy import parse_taxonomy

SHIPPED = asset_bytes("tone.npz"), asset_bytes("topics.npz")
NEW_ISSUE = """
[[area.issues]]
code = "gate.queue"
name = "闸机排队"
problem = "闸机排队太久"
dimension = "process"
"""
TAXONOMY = parse_taxonomy(
    asset_text("taxonomy.toml") + '\n[[area]]\ncode = "gate"\nname = "闸机"\n' + NEW_ISSUE
)
# In this house 给力 is said of what went wrong, and people queue at gates: no shipped model knows either.
WHO = ("门口", "北站", "西区", "一号厅", "大堂", "地库", "东门", "展厅", "夜场", "早班")
BAD = "{who}的检票闸机前排了好长的队{n}分钟才动"
GOOD = "{who}的灯光布置得很漂亮拍了{n}张照片"
IRONIC = "{who}今天真给力又给力了{n}次"


def told(n, issues=True):
    rows = []
    for k in range(n):
        who, form = WHO[k % len(WHO)], (BAD, GOOD, IRONIC)[k % 3]
        kind = "praise" if form is GOOD else "complaint"
        answer = {"type": kind, "tone": "positive" if form is GOOD else "negative", "areas": None}
        answer["issues"] = ({"gate.queue": -1} if form is BAD else {}) if issues else None
        rows.append(Taught(form.format(who=who, n=7 * k + 3), None, [answer]))
    return rows


def said(rows, model):
    return annotate([row.text for row in rows], [None] * len(rows), TAXONOMY, model)


@pytest.fixture(scope="module")
def shipped():
    return assemble(*SHIPPED)


@pytest.fixture(scope="module")
def learned(shipped):
    rows = told(120)
    card = {"trained_at": "2026-06-08 09:00", "by": "person:李雷", "base": shipped.version, "taxonomy": "x"}
    return learn(rows, said(rows, replace(shipped, learned=None)), TAXONOMY, [], card)


@pytest.fixture(scope="module")
def taught_model(learned):
    return assemble(*with_layer(*SHIPPED, learned))


def test_an_issue_that_people_added_is_learnt_from_labels_alone(taught_model):
    fresh = ["南站的检票闸机前排了好长的队才动", "南站的灯光很漂亮"]
    found = annotate(fresh, [None, None], TAXONOMY, taught_model)
    assert said_sets(found, "issue")[0] >= {"gate.queue"}
    assert "gate.queue" not in said_sets(found, "issue")[1]
    mention = next(m for m in found.mentions[0] if m.issue == "gate.queue")
    assert (mention.area, fresh[0][mention.start : mention.end]) == ("gate", fresh[0])
    assert found.dimension[0] == "process"


def test_a_phrase_that_means_the_opposite_here_is_learnt(taught_model):
    found = annotate(["南站今天真给力又给力了"], [None], TAXONOMY, taught_model)
    assert (found.type, found.tone) == (["complaint"], ["negative"])
    assert found.sentiment[0] < 0


def test_a_layer_is_read_back_as_it_was_written(learned, taught_model):
    rows = told(30)
    base = said(rows, replace(taught_model, learned=None))
    one = relearn(base, [row.text for row in rows], TAXONOMY, learned, SURE_ENOUGH)
    other = relearn(base, [row.text for row in rows], TAXONOMY, taught_model.learned, SURE_ENOUGH)
    assert one.type == other.type
    assert one.type_confidence == pytest.approx(other.type_confidence, abs=1e-2)


def test_another_layer_is_another_version_and_the_same_layer_the_same(learned, taught_model, shipped):
    assert taught_model.version != shipped.version
    assert assemble(*with_layer(*with_layer(*SHIPPED, learned), learned)).version == taught_model.version


def test_a_layer_can_be_taken_out_again(learned):
    assert load_layer(*with_layer(*with_layer(*SHIPPED, learned), None)) is None


def test_a_damaged_layer_is_a_numbered_error(learned):
    broken = replace(learned, rarity=learned.rarity[:10])
    with pytest.raises(ConfigError, match="VOC-041"):
        assemble(*with_layer(*SHIPPED, broken))


def test_too_few_labels_say_how_many_more_are_needed(shipped):
    rows = told(10)
    with pytest.raises(InputError, match="请再标约 40 条"):
        learn(rows, said(rows, shipped), TAXONOMY, [], {})


def test_what_was_not_asked_is_not_learnt(shipped):
    rows = told(60, issues=False)
    found = learn(rows, said(rows, shipped), TAXONOMY, [], {})
    assert "issue" not in found.tasks


def test_a_better_candidate_is_found_better_and_an_equal_one_is_refused(shipped, taught_model):
    held_out = [row for row in told(420) if "北站" not in row.text][-150:]
    old, new = said(held_out, shipped), said(held_out, taught_model)
    better = judge(held_out, [str(n) for n in range(150)], old, new)
    assert (better.refusal, better.overall.is_better) == (None, True)
    assert better.flips
    same = judge(held_out, [str(n) for n in range(150)], old, old)
    assert "不比现用模型好" in same.refusal
    worse = judge(held_out, [str(n) for n in range(150)], new, old)
    assert "明显变差" in worse.refusal


def test_too_few_audit_rows_say_how_many_are_missing(shipped):
    held_out = told(LEAST - 10)
    one = said(held_out, shipped)
    assert "还要标 10 条审计样本" in judge(held_out, ["x"] * len(held_out), one, one).refusal


def test_two_labellers_are_compared_and_both_count(shipped):
    rows = told(40)
    twice = [replace(row, answers=[row.answers[0], {**row.answers[0], "type": "enquiry"}]) for row in rows]
    found = judge(twice, ["x"] * 40, said(rows, shipped), said(rows, shipped))
    kind = next(one for one in found.tasks if one.task == "type")
    assert (kind.twice, kind.agreement) == (40, pytest.approx(0, abs=1e-9))
    assert kind.change.old <= 0.5


def test_the_card_names_everything_in_chinese(learned, shipped, taught_model):
    held_out = told(150)
    found = judge(
        held_out, [f"VOC-{n}" for n in range(150)], said(held_out, shipped), said(held_out, taught_model)
    )
    text = trained({"version": "linear-1", **learned.card}) + compared(found, {}, TAXONOMY)
    assert "闸机排队" in text
    assert "gate.queue" not in text
    assert "complaint" not in text


def test_a_layer_says_nothing_of_no_text(taught_model):
    assert annotate([], [], TAXONOMY, taught_model).type == []


def test_confidences_stay_shares(taught_model):
    found = said(told(60), taught_model)
    for column in (found.type_confidence, found.sentiment_confidence, (found.sentiment + 1) / 2):
        assert np.all((column >= 0) & (column <= 1))


@pytest.mark.parametrize(
    ("labels", "classes", "why"),
    [(0, [], "没有标注"), (40, [], "每类的标注太少"), (40, ["a"], "没有超过现用模型")],
)
def test_a_card_says_why_a_task_was_left_alone(learned, labels: int, classes: list[str], why: str) -> None:
    note = {"labels": labels, "classes": classes, "learnt": False}
    card = {"version": "linear-1", **learned.card, "tasks": {"issue": note}}
    assert f"| {labels} | 0 | {why}，保持不变 |" in trained(card)
