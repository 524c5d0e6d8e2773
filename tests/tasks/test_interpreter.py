"""While batches are worked on threads hand over soon; afterwards Python runs as it did."""

import gc
import sys

from tasks.interpreter import SOON, at_work


def state() -> tuple[object, float]:
    return gc.get_threshold(), sys.getswitchinterval()


def test_threads_hand_over_soon_while_batches_are_worked_on() -> None:
    with at_work():
        assert abs(sys.getswitchinterval() - SOON) < 1e-6


def test_the_first_of_two_stages_to_end_leaves_the_other_at_work() -> None:
    with at_work():
        during = state()
        with at_work():
            pass
        assert state() == during


def test_python_runs_as_before_once_the_last_of_several_is_done() -> None:
    before = state()
    with at_work(), at_work():
        assert state() != before
    assert state() == before
