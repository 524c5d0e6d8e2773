"""Evidence on bones."""

from datetime import UTC, datetime
from importlib import resources

import pytest

from voc.causes.changes import KINDS, Change, Suspicion
from voc.causes.fishbone import BONE_OF_CHANGE, BONE_OF_SLICE, Told, circumstances, fishbone
from voc.causes.slices import SLICE_NAMES, Lift
from voc.quotations import Passage
from voc.reading.taxonomy import DIMENSIONS, parse_taxonomy

TAXONOMY = parse_taxonomy((resources.files("voc") / "data" / "taxonomy.toml").read_text("utf-8"))
OWN = Told("installation.late", 40, (Passage("约好的安装师傅没来，等了一天", 0, 10),))


def bones(**given):
    values = {"told": [], "over": [], "quoted": {}, "around": [], "before": [], **given}
    return {bone.code: bone for bone in fishbone(OWN, taxonomy=TAXONOMY, **values)}


def test_bones_without_evidence_are_empty_and_all_are_there():
    found = bones()
    assert list(found) == list(DIMENSIONS)
    own = TAXONOMY.issue("installation.late").dimension
    assert [code for code, bone in found.items() if bone.evidence] == [own]
    (evidence,) = found[own].evidence
    assert (evidence.count, evidence.quotation) == (40, "约好的安装师傅没来，等了一天")


def test_what_is_told_beside_it_lies_on_the_bone_of_its_dimension():
    beside = [
        Told("installation.attitude", 9, (Passage("师傅态度很差还骂人", 0, 8),)),
        Told("app.crash", 2, ()),
    ]
    labels = [e.label for e in bones(told=beside)["people"].evidence]
    assert labels == ["同时提到「安装态度差」"]
    assert not any("闪退" in e.label for bone in bones(told=beside).values() for e in bone.evidence)


def test_slices_and_changes_have_a_bone_each():
    assert set(BONE_OF_SLICE) == set(SLICE_NAMES)
    assert set(BONE_OF_CHANGE) == set(KINDS)
    assert {*BONE_OF_SLICE.values(), *BONE_OF_CHANGE.values()} <= set(DIMENSIONS)


def test_an_over_represented_agent_lies_with_people_and_a_change_is_tentative():
    lift = Lift("agent", "A301", 12, 30, 3.0, 40, 4.0, 2.0, 8.0, 0.0, 0.0, over=True)
    change = Change("supplier", datetime(2026, 6, 1, tzinfo=UTC), "换承运商")
    found = bones(
        over=[lift],
        quoted={("agent", "A301"): "师傅没来"},
        before=[Suspicion(change, 2, "范围吻合", False, 1.0)],
    )
    (agent,) = found["people"].evidence
    assert (agent.label, agent.count, agent.quotation) == ("服务人员 A301（4.0 倍）", 12, "师傅没来")
    (told,) = found["product"].evidence
    assert (told.label, told.count, told.tentative) == ("供应商：换承运商", None, True)


def test_a_change_whose_scope_does_not_fit_is_no_evidence():
    change = Change("supplier", datetime(2026, 6, 1, tzinfo=UTC), "换承运商")
    assert bones(before=[Suspicion(change, 2, "范围不符", False, 0.1)])["product"].evidence == ()


@pytest.mark.parametrize(("times", "found"), [(2, []), (5, [("天气", 5, "下暴雨师傅就不来了")])])
def test_circumstances_are_counted_when_several_name_them(times, found):
    assert circumstances(["下暴雨师傅就不来了"] * times + ["一切都好"] * 9) == found


def test_a_jest_about_people_on_holiday_is_no_holiday():
    jests = ["程序员是不是都放假了", "服务器放假了？"] * 9
    assert circumstances(jests) == []
    assert [name for name, *_ in circumstances([*jests, *["放假期间没人上门"] * 9])] == ["大促与节假日"]
