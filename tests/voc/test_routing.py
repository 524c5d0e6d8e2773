from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voc.errors import InputError
from voc.routing import parse_organisation, route

DATA = Path(__file__).parents[2] / "voc" / "data"
ORGANISATION = parse_organisation((DATA / "organisation.toml").read_text(encoding="utf-8"))
TAXONOMY = tomllib.loads((DATA / "taxonomy.toml").read_text(encoding="utf-8"))
AREAS = [area["code"] for area in TAXONOMY["area"]]
ISSUES = [issue["code"] for area in TAXONOMY["area"] for issue in area["issues"]]


@pytest.mark.parametrize("matter", AREAS + ISSUES)
def test_everything_in_the_taxonomy_has_exactly_one_owner(matter: str) -> None:
    owners = route(matter, 0, ORGANISATION)
    named = {department.code for department in ORGANISATION.departments}
    expected = 1 + 3 * (matter in ORGANISATION.emergency_issues)
    assert 1 <= len(owners) <= expected
    assert owners[0] in named
    assert owners != ["voc"]


@pytest.mark.parametrize("matter", ISSUES)
def test_safety_and_outage_activate_several_departments_owner_first(matter: str) -> None:
    departments = route(matter, 2, ORGANISATION)
    assert departments[0] == route(matter, 0, ORGANISATION)[0]
    assert {"quality", "voc"} <= set(departments)
    assert len(departments) == len(set(departments)) >= 2


def test_an_issue_may_belong_to_another_department_than_its_area() -> None:
    assert route("service.robot", 0, ORGANISATION) == ["app"]
    assert route("service.attitude", 1, ORGANISATION) == ["service"]
    assert route("service", 0, ORGANISATION) == ["service"]


def test_a_safety_issue_is_an_emergency_even_in_calm_words() -> None:
    assert route("product.safety", 0, ORGANISATION) == ["quality", "product", "voc"]


def test_what_nobody_owns_goes_to_customer_experience() -> None:
    assert route(None, 0, ORGANISATION) == ["voc"]
    assert route("weather.rain", 0, ORGANISATION) == ["voc"]
    assert route(None, 2, ORGANISATION) == ["voc", "quality"]


def test_a_new_issue_of_a_known_area_goes_to_the_owner_of_the_area() -> None:
    assert route("logistics.drone", 0, ORGANISATION) == ["logistics"]


def test_owned_matters_exist_in_the_taxonomy() -> None:
    assert set(ORGANISATION.owners) <= {*AREAS, *ISSUES}


def test_the_departments_are_those_of_the_company_with_placeholder_addresses() -> None:
    codes = "logistics installation aftersales service product app finance mall quality store voc"
    assert [department.code for department in ORGANISATION.departments] == codes.split()
    assert {department.email.partition("@")[2] for department in ORGANISATION.departments} == {"example.com"}
    assert ORGANISATION.department("app").name == "数字技术部"


VOC = '[[department]]\ncode = "voc"\nname = "客户体验部"\nowner = "经理"\nemail = "voc@example.com"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[department]", "TOML"),
        ('[[department]]\ncode = "x"\nname = "某部"', "「x」缺少：owner、email"),
        (VOC + VOC, "部门代码重复：voc"),
        ('fallback = "nobody"\n' + VOC, "不存在的部门：nobody"),
        (
            VOC + 'areas = ["app"]\n' + VOC.replace('"voc"', '"app"') + 'areas = ["app"]\n',
            "「app」同时归 voc 和 app",
        ),
    ],
)
def test_a_wrong_organisation_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_organisation(text)
