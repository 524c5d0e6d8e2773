from datetime import UTC, datetime, timedelta

from voc.registry.candidates import draft, shared_product

START = datetime(2026, 5, 4, tzinfo=UTC)
TEXTS = ["安装师傅没有按预约时间上门"] * 4


def drafted(background, issues):
    moments = [START + timedelta(days=day) for day in range(4)]
    return draft(TEXTS, moments, [None] * 4, issues, background, "没有名称")


def test_it_is_told_of_since_its_first_member(background):
    assert drafted(background, [[]] * 4).first_seen == START


def test_what_the_taxonomy_does_not_know_is_a_candidate(background):
    assert drafted(background, [["installation.late"], [], [], []]).kind == "candidate"


def test_what_it_knows_is_an_incident_about_the_issue_most_name(background):
    made = drafted(
        background, [["installation.late"], ["service.attitude", "installation.late"], [], ["logistics.slow"]]
    )
    assert (made.kind, made.about) == ("incident", "installation.late")


def test_issues_of_which_none_is_common_are_no_issue(background):
    assert drafted(background, [["a.b"], ["c.d"], ["e.f"], []]).about is None


def test_a_product_is_named_when_nearly_all_share_it_and_people_use_its_name():
    assert shared_product(["云佳"] * 4 + [None]) == "云佳"
    assert shared_product(["云佳", "云佳", "其他"]) == ""
    assert shared_product(["100019386660"] * 3) == ""
    assert shared_product([None]) == ""
