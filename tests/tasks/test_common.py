import pytest

from tasks.common import numbers, stage


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (3, "3"),
        ({"stored": 12, "rejected": 0}, "入库 12，无效 0"),
        ({"something": 1, "text": "张三"}, "something 1"),
        (True, ""),
        ("张三", ""),
        (["张三"], ""),
        (None, ""),
    ],
)
def test_a_log_says_counts_and_nothing_else(result, said):
    assert numbers(result) == said


def test_a_step_called_outside_a_run_says_nothing_and_does_its_work():
    made = stage("数一数")(lambda count: count + 1)
    assert made.fn(1) == 2
    assert made.name == "数一数"
