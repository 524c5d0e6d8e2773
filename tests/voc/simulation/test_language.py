"""What the simulated customers say."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from voc.simulation.company import PLANTED, PRODUCTS, Scenario
from voc.simulation.dice import Dice, generator
from voc.simulation.feedback import block
from voc.simulation.language import third_person
from voc.simulation.library import FEWEST, compiled, issues, sections
from voc.simulation.people import id_card, id_check_digit, mobile, written_mobile
from voc.simulation.phrases import compile_phrase, parse_book, render

TAXONOMY = Path(__file__).parents[3] / "voc" / "data" / "taxonomy.toml"
CODES = {
    issue["code"] for area in tomllib.loads(TAXONOMY.read_text("utf-8"))["area"] for issue in area["issues"]
}


def test_every_planted_issue_and_every_issue_with_phrases_is_in_the_taxonomy() -> None:
    assert {planted.issue for planted in PLANTED} <= set(issues()) <= CODES


def test_at_least_thirty_five_issues_have_a_dozen_ways_to_say_them() -> None:
    rich = [issue for issue in issues() if len(sections()[issue]) >= 12]
    assert len(rich) == len(issues()) >= 35


def test_an_issue_is_only_raised_about_products_there_are_words_for() -> None:
    names = [product.name for product in PRODUCTS]
    fewest = min(
        len(compiled()[issue, names.index(product)])
        for issue, products in issues().items()
        for product in products
    )
    assert fewest >= FEWEST


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.issue)
def test_two_reporters_of_one_problem_practically_never_use_the_same_words(planted) -> None:
    first = planted.onset_week + 3
    drafts = [d for week in range(first, first + 12) for d in block(Scenario(), week, "fresh", 0.96, {})]
    texts = [draft.text for draft in drafts if draft.planted and draft.issue == planted.issue]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=90, dtype=np.uint8)
    np.fill_diagonal(alike, 0)
    assert len(texts) > 400
    assert (alike > 0).sum() / alike.size < 1.5e-4
    assert (alike > 0).any(axis=1).mean() < 0.05


def test_texts_are_short_and_long() -> None:
    lengths = np.array([len(draft.text) for draft in block(Scenario(), 5, "fresh", 1.0, {})])
    assert np.percentile(lengths, 2) < 12
    assert np.percentile(lengths, 50) > 25
    assert np.percentile(lengths, 98) > 80
    assert lengths.max() < 260


def test_no_phrase_leaves_a_bracket_or_a_slot_behind() -> None:
    texts = [draft.text for week in (3, 14) for draft in block(Scenario(), week, "fresh", 1.0, {})]
    assert not [text for text in texts if set("[]{}|⏎") & set(text.replace(" | ", ""))]


def test_no_section_repeats_a_phrase() -> None:
    repeated = [(key, a[1]) for key, lines in sections().items() for a, b in combinations(lines, 2) if a == b]
    assert repeated == []


def test_an_agent_writes_about_the_customer_in_the_third_person() -> None:
    assert third_person("我妈等了你们一天，我家没热水") == "客户母亲等了我司一天，客户家没热水"


def test_choices_may_be_nested_and_slots_may_stand_inside() -> None:
    phrase = compile_phrase("甲[乙|丙[丁|{名}]]", {"名": lambda scene, dice: "戊"})
    dice = Dice(generator(1))
    assert {render(phrase, None, dice) for _ in range(200)} == {"甲乙", "甲丙丁", "甲丙戊"}


def test_an_unknown_slot_is_an_error() -> None:
    with pytest.raises(KeyError):
        compile_phrase("{没有}", {})


def test_a_surplus_bracket_is_an_error() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        compile_phrase("甲]乙", {})


def test_a_book_limits_phrases_to_products() -> None:
    book = parse_book("# a.b\n空调、冰箱>冷\n都行")
    assert book == {"a.b": [(frozenset({"空调", "冰箱"}), "冷"), (frozenset(), "都行")]}


@given(st.integers(0, 2**60))
def test_id_cards_have_a_valid_check_digit(seed: int) -> None:
    card = id_card("510104", Dice(generator(seed)))
    weighted = sum(int(card[i]) * pow(2, 17 - i, 11) for i in range(17))
    check = 10 if card[-1] == "X" else int(card[-1])
    assert len(card) == 18
    assert (weighted + check) % 11 == 1


def test_the_check_digit_of_the_example_in_the_standard() -> None:
    assert id_check_digit("11010519491231002") == "X"


@given(st.integers(0, 2**60))
def test_mobiles_keep_their_digits_however_they_are_written(seed: int) -> None:
    dice = Dice(generator(seed))
    number = mobile(dice)
    arabic = written_mobile(number, dice).translate(str.maketrans("零一二三四五六七八九", "0123456789"))
    assert "".join(str(int(c)) for c in arabic if c.isdigit())[-11:] == number


@given(st.integers(0, 2**60), st.integers(-5, 5), st.integers(0, 9))
def test_dice_stay_in_their_range(seed: int, low: int, span: int) -> None:
    dice = Dice(generator(seed))
    assert all(low <= dice.number(low, low + span) <= low + span for _ in range(50))
