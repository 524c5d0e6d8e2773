import numpy as np
import pytest

from voc.turns import turned


@pytest.mark.parametrize(
    "clause", ["没有想象中那么差", "没让我失望", "比我预期的好太多", "除了贵没有别的毛病", "没什么不满意的"]
)
def test_blame_that_is_denied_is_praise(clause: str) -> None:
    assert turned([clause])[0] >= 3


@pytest.mark.parametrize("clause", ["感谢贵司让我体验了什么叫踢皮球", "服务好得让人想报警"])
def test_irony_is_no_praise(clause: str) -> None:
    assert turned([clause])[0] <= -4


@pytest.mark.parametrize("clause", ["温度湿度设定值没了", "门锁功能突然不见了", "聊天记录全没了"])
def test_what_is_gone_is_missed(clause: str) -> None:
    assert turned([clause])[0] <= -3


@pytest.mark.parametrize(
    "clause",
    [
        "很差",
        "洗发水没了又来买",
        "头皮屑不见了",
        "让人失望",
        "比想象的大了好多",
        "感谢老师让我明白了很多",
        "",
    ],
)
def test_plain_words_are_left_to_the_model(clause: str) -> None:
    assert turned([clause])[0] == 0


def test_a_turn_counts_by_the_share_of_its_clause() -> None:
    whole, half = turned(["没让我失望", "没让我失望\n快递却慢了"])
    assert np.isclose(half, whole / 2)
