import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import StepRefused
from voc.lifecycle import ACTION, CASE, LIVES, PROBLEM, fold, next_state

NEEDED = ("department", "reason", "root_cause", "dimension", "verification", "went_live", "conclusion")
FACTS = dict.fromkeys(NEEDED, "x")


def walk(life, choices):
    """Take one allowed step per choice and return the log."""
    log, state = [], None
    for choice in choices:
        allowed = sorted(name for name, step in life.steps.items() if state in step.sources)
        log += [(allowed[choice % len(allowed)], FACTS)] if allowed else []
        state = life.steps[log[-1][0]].target
    return log


@pytest.mark.parametrize("life", LIVES.values(), ids=lambda life: life.name)
@given(choices=st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_every_allowed_walk_folds_to_the_target_of_its_last_step(life, choices):
    log = walk(life, choices)
    assert fold(life, 1, log).state == life.steps[log[-1][0]].target


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
    reached = {step.target for step in life.steps.values()}
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
