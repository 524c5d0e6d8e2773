"""Every rule of the linter: its message, its example, and the same done well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import asset_text
from voc.errors import InputError
from voc.intake.rows import definition_from_dict
from voc.surveys.forms import Survey, as_dict, parse_surveys, read_answers, source_of, survey_from
from voc.surveys.rules import RULES, lint

TEMPLATES = parse_surveys(asset_text("surveys.toml"))


def codes(questions, consent="只用于改进服务。"):
    return {finding.rule for finding in lint(Survey("mine", "问卷", consent, tuple(questions)))}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_example_of_a_rule_breaks_it_and_the_mended_one_does_not(rule):
    assert rule.code in codes(rule.bad)
    assert rule.code not in codes(rule.good)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_in_chinese_what_to_do_and_its_good_example_breaks_no_other_rule_of_a_question(rule):
    assert rule.sentence.endswith("。")
    assert codes(rule.good) <= {"no_open", rule.code} - {rule.code} | {"no_open"}


@pytest.mark.parametrize("survey", TEMPLATES.values(), ids=TEMPLATES)
def test_the_templates_break_no_rule(survey):
    assert lint(survey) == []


def test_there_are_the_five_templates():
    assert set(TEMPLATES) == {"csat", "nps", "ces", "after_service", "new_feature"}


def test_a_questionnaire_without_a_word_on_what_the_answers_are_for_is_found():
    assert "consent" in codes(TEMPLATES["csat"].questions, consent="")


@pytest.mark.parametrize("survey", TEMPLATES.values(), ids=TEMPLATES)
def test_a_questionnaire_survives_being_stored(survey):
    assert survey_from(survey.code, as_dict(survey)) == survey


@pytest.mark.parametrize("survey", TEMPLATES.values(), ids=TEMPLATES)
def test_answers_enter_by_a_source_like_any_other(survey):
    definition = definition_from_dict(source_of(survey))
    assert definition.mapping["text"]
    assert definition.rating_scale == next((q.low, q.high) for q in survey.questions if q.use == "rating")


@pytest.mark.parametrize(
    "text",
    ["x = [", "[mine]", "[Mine]\nquestions = []", "[mine]\nquestions = [{id='a'}]",
     "[mine]\nquestions = [{id='a', kind='essay', stem='?'}]",
     "[mine]\nquestions = [{id='a', kind='open', stem='?'}, {id='a', kind='open', stem='?'}]",
     "[mine]\nquestions = [{id='a', kind='scale', stem='?', low='x'}]",
     "[mine]\nquestions = [{id='a', kind='scale', use='rating', stem='?'},"
     "{id='b', kind='scale', use='rating', stem='?'}]"],
)  # fmt: skip
def test_what_is_no_questionnaire_is_refused_in_chinese(text):
    with pytest.raises(InputError, match="问卷"):
        parse_surveys(text)


def test_a_filled_in_form_is_read_and_what_is_impossible_is_named():
    csat = TEMPLATES["csat"]
    good = {"score": ["5"], "part": ["服务态度"], "words": ["很好"]}
    assert read_answers(csat, good) == ({"score": "5", "part": "服务态度", "words": "很好"}, [])
    assert read_answers(csat, {"score": ["6"], "part": ["服务态度", "其他"]})[1] == ["score", "part"]
    assert read_answers(csat, {})[1] == ["score", "part"]


@given(st.dictionaries(st.sampled_from(["score", "part", "words", "x"]), st.lists(st.text(max_size=20))))
def test_whatever_is_sent_is_read_or_refused_and_never_fails(given_):
    answers, wrong = read_answers(TEMPLATES["csat"], given_)
    assert set(wrong) <= set(answers) == {"score", "part", "words"}
