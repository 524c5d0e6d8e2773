import numpy as np
import pytest

from voc.reading.turns import AT_MOST, DEED, LOYAL, lukewarm, turned


@pytest.mark.parametrize(
    "clause",
    [
        "没有想象中那么差",
        "没让我失望",
        "比我预期的好太多",
        "除了贵没有别的毛病",
        "没什么不满意的",
        "比以前去柜台方便多了",
        "抽血一点都不疼",
        "最后真香",
    ],
)
def test_blame_that_is_denied_is_praise(clause: str) -> None:
    assert turned([clause])[0] >= 3


@pytest.mark.parametrize("clause", ["感谢贵司让我体验了什么叫踢皮球", "服务好得让人想报警"])
def test_irony_is_no_praise(clause: str) -> None:
    assert turned([clause])[0] <= -4


@pytest.mark.parametrize(
    ("clause", "sign"),
    [
        ("[怒][怒]又来", -1),
        ("收到了[鼓掌]", 1),
        ("【流泪】", -1),
        ("[微笑]又来", 0),
        ("[服务]", 0),
        ("并不觉得贵", 1),
    ],
)
def test_signs_of_chat_programs_and_denied_blame_are_heard(clause: str, sign: int) -> None:
    assert np.sign(turned([clause])[0]) == sign


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


@pytest.mark.parametrize("clause", ["一点问题都没有", "一丁点毛病也没有", "不得不说\n真香"])
def test_nothing_to_complain_of_is_praise(clause: str) -> None:
    assert turned([clause])[0] > 0


@pytest.mark.parametrize("clause", ["还行吧", "总体还可以", "质量还行\n味道还可以吧", "马马虎虎"])
def test_what_says_nothing_but_so_so_is_lukewarm(clause: str) -> None:
    assert lukewarm([clause], np.array([False])).tolist() == [True]


@pytest.mark.parametrize("clause", ["不行", "一般", "还行\n就是送得太慢", "还可以更好", "", "行吧垃圾"])
def test_other_words_are_not(clause: str) -> None:
    assert lukewarm([clause], np.array([False])).tolist() == [False]


def test_middling_words_are_lukewarm_beside_three_stars_and_blame_without() -> None:
    assert lukewarm(["一般般\n没什么特别的", "一般般"], np.array([True, False])).tolist() == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "手机落车上了\n师傅专门掉头给我送回来\n一分钱没多要",
        "老小区没电梯\n两个小伙子硬是把冰箱背上六楼",
        "晚上发烧\n值班经理一直陪着我",
    ],
)
def test_what_somebody_did_is_praise_however_grim_the_scene(text: str) -> None:
    assert turned([text])[0] >= DEED


@pytest.mark.parametrize(
    "text", ["主动帮我搬上楼\n但是装歪了一直没人管没人问打电话也不接", "专门给我发垃圾短信"]
)
def test_a_deed_beside_trouble_weighs_by_its_share(text: str) -> None:
    assert turned([text])[0] < DEED


def test_what_is_done_soon_is_praise_unless_it_was_only_promised() -> None:
    done, promised = turned(["两分钟就冻结了", "说好两分钟就到"])
    assert done > 0 == promised


def test_who_will_come_again_praises_the_whole_of_a_short_text():
    told = turned(["三百箱一箱没湿\n以后还找他", "以后还来吗", "门口的停车位" * AT_MOST + "\n以后还来"])
    assert (told >= LOYAL).tolist() == [True, False, False]
