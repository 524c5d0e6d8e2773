"""voc serve stops when it is told to, whatever Python was doing at that moment."""

import signal

import pytest

from cli import serve


@pytest.fixture
def told():
    """Leave the signals and what was heard of them as they were."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    serve.STOPPING.clear()
    for one, handler in before.items():
        signal.signal(one, handler)


def test_a_stop_whose_exception_was_swallowed_is_heard_by_the_loop(told):
    signal.signal(signal.SIGTERM, serve.stop_now)
    with pytest.raises(SystemExit):
        signal.raise_signal(signal.SIGTERM)
    child = serve.Child("x", "某进程", start=lambda: pytest.fail("nothing is started any more"))
    serve.go_on([child], api=None, deployed=True)
    assert child.process is None
