import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import StepRefused
from voc.lifecycle import ACTION, APPROVAL, CASE, LIVES, PROBLEM, fold, next_state

FACTS = {name: "x" for life in LIVES.values() for step in life.steps.values() for name in step.requires}


def walk(life, choices):
    """Take one allowed step per choice and return the log."""
    log, state = [], None
    for choice in choices:
        allowed = sorted(name for name, step in life.steps.items() if state in step.sources)
        taken = allowed[choice % len(allowed) : choice % len(allowed) + 1] if allowed else []
        log += [(name, FACTS) for name in taken]
        state = next((life.steps[name].leads(state) for name in taken), state)
    return log


@pytest.mark.parametrize("life", LIVES.values(), ids=lambda life: life.name)
@given(choices=st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_every_allowed_walk_folds_to_the_target_of_its_last_step_that_leads_somewhere(life, choices):
    log = walk(life, choices)
    targets = [life.steps[name].target for name, _ in log]
    assert fold(life, 1, log).state == [target for target in targets if target][-1]


@pytest.mark.parametrize("life", LIVES.values(), ids=lambda life: life.name)
@given(choices=st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_the_round_counts_the_steps_that_begin_a_new_one(life, choices):
    log = walk(life, choices)
    assert fold(life, 1, log).round == 1 + sum(life.steps[name].next_round for name, _ in log)


@pytest.mark.parametrize("life", LIVES.values(), ids=lambda life: life.name)
@given(state=st.text(max_size=12), step=st.text(max_size=12))
def test_a_made_up_state_or_step_is_refused(life, state, step):
    with pytest.raises(StepRefused):
        next_state(life, 1, f"?{state}", step, FACTS)


@pytest.mark.parametrize("life", LIVES.values(), ids=lambda life: life.name)
def test_every_state_named_by_a_step_exists_and_every_state_can_be_reached(life):
    reached = {step.target for step in life.steps.values() if step.target}
    started = {s for step in life.steps.values() for s in step.sources if s is not None}
    assert reached == set(life.states)
    assert started <= set(life.states)


def test_a_refusal_names_the_state_and_what_is_needed():
    with pytest.raises(StepRefused, match=r"待审批.*已接单"):
        next_state(ACTION, 7, "proposed", "implement", FACTS)


def test_a_problem_cannot_be_diagnosed_without_a_root_cause():
    with pytest.raises(StepRefused, match="root_cause"):
        next_state(PROBLEM, 7, "confirmed", "diagnose", {"dimension": "process"})


def test_a_failed_verification_sends_the_problem_back_one_round_higher():
    names = ("detect", "confirm", "diagnose", "improve", "verify", "fail")
    standing = fold(PROBLEM, 7, [(name, FACTS) for name in names])
    assert (standing.state, standing.round) == ("diagnosed", 2)


def test_a_customer_who_says_not_solved_reopens_the_case():
    names = ("open", "acknowledge", "assign", "respond", "resolve", "reopen")
    standing = fold(CASE, 7, [(name, FACTS) for name in names])
    assert (standing.state, standing.round) == ("assigned", 2)


def test_closed_lives_have_no_way_on_but_reopening():
    assert "closed" in PROBLEM.open_states
    assert "cancelled" not in ACTION.open_states


def test_a_step_that_leads_nowhere_leaves_the_state_as_it_is():
    paused = fold(CASE, 7, [(name, FACTS) for name in ("open", "acknowledge", "assign", "respond", "pause")])
    assert paused.state == "responded"


def test_who_solved_a_case_cannot_be_the_one_who_confirms_it():
    assert next_state(CASE, 7, "resolved", "confirm", {"own_work": False}) == "confirmed"
    with pytest.raises(StepRefused, match="谁解决的，谁不能确认"):
        next_state(CASE, 7, "resolved", "confirm", {"own_work": True})


def test_a_recurring_problem_goes_on_only_with_an_accepted_report():
    with pytest.raises(StepRefused, match="根因分析报告"):
        next_state(PROBLEM, 7, "diagnosed", "improve", {"report_missing": True})


def test_an_answered_question_is_not_answered_again():
    with pytest.raises(StepRefused, match="须先处于「待审批」"):
        next_state(APPROVAL, 7, "refused", "approve", {})
