import pytest

from voc.registry.naming import LONGEST, name_of, spot, trimmed

MUSIC = [
    "更新完之后没打开的情况下自动播放音乐，太坑了",
    "你好，这个软件半夜自动播放音乐，关都关不掉",
    "大半夜手机自动播放音乐，找了半天才发现是这个软件",
    "后台自动播放音乐，重启也没用",
]
LATE = ["但是安装师傅没有按预约时间上门，电话也打不通"] * 3


def test_a_group_is_named_by_what_its_members_have_in_common(background):
    assert "自动播放音乐" in name_of(MUSIC, background)


def test_a_name_is_a_clause_without_its_connective(background):
    assert name_of(LATE, background) == "安装师傅没有按预约时间上门"


def test_a_name_says_the_product_all_members_share(background):
    assert name_of(LATE, background, "云佳空调") == "云佳空调：安装师傅没有按预约时间上门"


@pytest.mark.parametrize(
    "private", ["王先生的安装一直没人上门", "请打13800138000一直没人接", "<手机号>一直打不通没人接"]
)
def test_a_name_never_holds_personal_data(background, private):
    assert name_of([private] * 3, background) == ""


def test_where_no_clause_says_what_fails_the_one_that_members_share_is_the_name(background):
    said = [
        f"{who}，打开软件又在转圈，{then}" for who, then in (("我来问问", "回家一身汗"), ("老用户", "请核实"))
    ]
    assert name_of(said * 2, background) == "打开软件又在转圈"


def test_what_says_nothing_gives_no_name(background):
    assert name_of(["好", "。。。", ""], background) == ""


def test_names_are_short(background):
    long = "安装师傅没有按照之前在电话里面和我约定好的那个时间上门来安装我买的空调"
    assert len(name_of([long, *LATE], background)) <= LONGEST


@pytest.mark.parametrize(
    ("piece", "name"),
    [
        ("而且反映阳光小区停水的问题", "阳光小区停水"),
        ("多功能网关怎么没了？？", "多功能网关怎么没了"),
        ("因为安装一直拖延啊！", "安装一直拖延"),
        ("说是主板坏了", "主板坏了"),
        ("说什么铜管距离不够", "铜管距离不够"),
        ("说实话造型不怎么好看", "造型不怎么好看"),
        ("说明书描述得不清晰", "说明书描述得不清晰"),
        ("说好的赠品一直没送", "说好的赠品一直没送"),
        ("我爸根本弄不来", "我爸根本弄不来"),
        ("我家门锁打不开", "我家门锁打不开"),
        ("我们的订单被取消", "订单被取消"),
    ],
)
def test_openings_and_closings_are_cut(piece, name):
    assert trimmed(piece) == name


def test_the_clause_that_says_what_a_name_says_is_found():
    text = "外观不错，就是安装师傅没按时间上门，其他还好"
    worth, start, end = spot(text, "安装师傅没有按预约时间上门")
    assert text[start:end] == "就是安装师傅没按时间上门"
    assert worth > 0.5


@pytest.mark.parametrize("said", ["售后安装服务非常差", "害得我白请一天假"])
def test_a_verdict_or_what_it_cost_is_a_name_only_where_no_clause_says_what_went_wrong(background, said):
    wrong = ("安装师傅一直不上门", "约了三次安装师傅不上门", "师傅不上门")
    assert "不上门" in name_of([f"{said}，{clause}" for clause in wrong], background)
    assert name_of([said] * 3, background) == said
