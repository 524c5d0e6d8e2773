from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.alarms.rare import silences, urgent
from voc.alarms.series import ALL, covers, is_slice, issue_of, label_of, parts, precision
from voc.alarms.telling import Members, worth_telling
from voc.alarms.walk import Policy, rejected, walk
from voc.reading.taxonomy import parse_taxonomy

FIRST = date(2025, 1, 1)
TAXONOMY = parse_taxonomy(
    """
    version = "1"
    [[area]]
    code = "logistics"
    name = "物流配送"
    [[area.issues]]
    code = "logistics.late"
    name = "送货慢"
    problem = "送货比承诺的晚"
    dimension = "process"
    cues = ["送货.{0,2}慢"]
    """
)
NAMES = [ALL, "area:logistics", "issue:logistics.late"]


def quiet(days, mean=4.0, series=1, seed=3):
    return np.random.default_rng(seed).poisson(mean, (series, days)).astype(float)


def walked(counts, names=None, false_per_year=0.2):
    return walk(counts, names or [f"issue:a.{n}" for n in range(len(counts))], FIRST, Policy(false_per_year))


def told(counts, names):
    """Walk with every series holding the first so many of a common feedback of the day."""
    episodes = walk(counts, names, FIRST, Policy(0.2))
    members = [members_of(counts, episode) for episode in episodes]
    chosen = worth_telling(episodes, members, names, Policy())
    return [(names[episodes[n].series], episodes[n].raised) for n in chosen]


def members_of(counts, episode):
    days = np.repeat(
        np.arange(episode.start, episode.end + 1),
        counts[episode.series, episode.start : episode.end + 1].astype(int),
    )
    place = np.concatenate(
        [np.arange(n) for n in counts[episode.series, episode.start : episode.end + 1].astype(int)]
    )
    return Members(days * 10_000 + place, days)


def test_a_spike_is_raised_on_its_day_with_what_was_seen_and_what_was_usual():
    counts = quiet(120)
    counts[0, 90] = 40
    (episode,) = walked(counts)
    assert (episode.raised, episode.start, episode.end) == (90, 90, 90)
    assert episode.observed == 40
    assert 2 < episode.expected < 7


def test_a_backlog_that_builds_slowly_is_dated_by_its_beginning():
    counts = quiet(160, mean=5)
    counts[0, 120:134] += 4
    (episode,) = walked(counts)
    assert episode.raised <= 131
    assert abs(episode.start - 120) <= 3


@settings(max_examples=12)
@given(st.integers(40, 110), st.integers(0, 80))
def test_days_to_come_change_nothing_that_was_raised(cut, later):
    counts = quiet(120, series=4, seed=later)
    counts[1, 60:70] += 15
    changed = counts.copy()
    changed[:, cut:] = later
    before = [(e.series, e.raised, e.start, e.p_value) for e in walked(counts) if e.raised < cut]
    after = [(e.series, e.raised, e.start, e.p_value) for e in walked(changed) if e.raised < cut]
    assert before == after


def test_an_alarm_that_goes_on_stays_one_alarm():
    counts = quiet(120)
    counts[0, 80:92] += 25
    (episode,) = walked(counts)
    assert set(range(episode.raised + 1, 92)) <= set(episode.seen)


def test_what_rises_once_more_within_an_alarm_is_told_again():
    counts = quiet(140)
    counts[0, 80:112] += 20
    counts[0, 100:112] += 80
    again = [e for e in walked(counts) if e.again]
    assert [abs(e.start - 100) <= 1 for e in again[:1]] == [True]


def test_a_slice_without_a_history_of_its_own_is_not_judged():
    counts = np.zeros((1, 100))
    counts[0, 95] = 6
    assert walked(counts, ["all|product:new"]) == []
    assert len(walked(counts, ["issue:a.new"])) == 1


def test_fewer_than_three_are_no_alarm_however_unlikely():
    counts = np.zeros((1, 300))
    counts[0, 200] = 2
    assert walked(counts) == []


def test_nothing_is_judged_in_the_first_two_weeks_and_no_series_is_no_alarm():
    counts = quiet(30)
    counts[0, 10] = 60
    assert [e for e in walked(counts) if e.raised < 14] == []
    assert walked(np.zeros((0, 0))) == []


def test_a_smaller_budget_raises_fewer_alarms():
    counts = quiet(400, mean=3, series=60, seed=11)
    assert len(walked(counts, false_per_year=0.5)) < len(walked(counts, false_per_year=300))


def test_benjamini_and_hochberg_reject_up_to_the_last_that_passes():
    chances = np.array([0.001, 0.04, 0.03, np.nan, 0.9])
    assert rejected(chances, 0.1).tolist() == [True, True, True, False, False]
    assert not rejected(np.array([np.nan]), 0.1).any()


def test_series_too_thin_to_be_judged_do_not_use_up_the_budget_of_the_others():
    chances = np.array([0.01, *[1.0] * 99])
    assert not rejected(chances, 0.1).any()
    assert rejected(chances, 0.1, np.array([0.5, *[1e-4] * 99])).tolist() == [True, *[False] * 99]


def test_a_slice_that_rises_no_more_than_its_whole_is_not_told():
    whole = quiet(120, mean=8.0)
    whole[:, 110:] *= 4
    counts, names = np.concatenate([whole, whole // 2]), ["issue:a.1", "issue:a.1|region:上海"]
    assert {names[one.series] for one in walked(counts, names)} == {"issue:a.1"}


def test_five_in_two_days_where_there_is_one_a_week_are_told_at_the_end_of_the_second():
    counts = np.zeros((1, 200))
    counts[0, ::7] = 1
    counts[0, 150:152] = (2, 3)
    assert [(one.start, one.raised) for one in walked(counts, false_per_year=24)] == [(150, 151)]


def test_one_happening_is_told_by_the_issue_that_explains_it():
    counts = np.repeat(quiet(120), 3, axis=0)
    counts[0] += 6
    counts[1] += 2
    counts[:, 90] += 30
    assert told(counts, NAMES) == [("issue:logistics.late", 90)]


def test_two_slices_of_different_feedback_are_two_alarms_and_a_slice_that_holds_all_is_none():
    counts = np.concatenate([quiet(120, mean=6), quiet(120, mean=6)])
    counts[:, 90] += 30
    assert told(counts, ["issue:a.x", "issue:a.x|channel:web"]) == [("issue:a.x", 90)]


@pytest.mark.parametrize(
    ("whole", "part", "expected"),
    [
        (ALL, "area:logistics", True),
        ("area:logistics", "issue:logistics.late", True),
        ("area:logistics", "issue:logisticsx.late", False),
        ("all|region:上海", "issue:logistics.late|region:上海", True),
        ("all|region:上海", "issue:logistics.late|region:北京", False),
        ("issue:logistics.late", "issue:logistics.late|region:上海", True),
        ("issue:logistics.late|region:上海", "issue:logistics.late", False),
        (ALL, ALL, False),
    ],
)
def test_a_series_covers_what_is_counted_in_it_too(whole, part, expected):
    assert covers(whole, part) is expected


def test_series_are_named_in_chinese_and_taken_apart_by_their_code():
    name = "issue:logistics.late|region:上海"
    assert parts(name) == ("issue:logistics.late", "region", "上海")
    assert label_of(name, TAXONOMY) == "送货慢（地区：上海）"
    assert label_of("area:logistics|channel:store_review", TAXONOMY) == "物流配送类负面反馈（渠道：商城评价）"
    assert label_of(ALL, TAXONOMY) == "全部负面反馈"
    assert (issue_of(name), issue_of(ALL)) == ("logistics.late", None)
    assert [precision(n) for n in NAMES] == [0, 1, 2]
    assert [is_slice(n) for n in (ALL, name)] == [False, True]


def test_two_customers_who_speak_of_harm_within_three_days_are_an_alarm_and_one_is_not():
    days = np.array([50, 200, 201, 203])
    (episode,) = urgent(days, np.array([1, 2, 3, 4]))
    assert (episode.start, episode.raised, episode.end, episode.observed) == (200, 201, 203, 3)
    assert urgent(np.array([200, 201]), np.array([7, 7])) == []


def test_harm_that_is_spoken_of_every_day_is_told_once_at_its_beginning():
    days = np.arange(300)
    assert [episode.raised for episode in urgent(days, days)] == [2]


def test_a_source_that_speaks_every_day_is_missed_soon_and_one_that_speaks_rarely_is_not():
    busy, rare = quiet(200, mean=6)[0], (np.arange(200) % 9 == 0).astype(float)
    busy[150:170] = 0
    rare[150:170] = 0
    (gap,) = silences(busy, [])
    assert gap.start == 150
    assert gap.raised - gap.start <= 3
    assert silences(rare, []) == []
