import pytest

from voc.registry.places import named


def names(text):
    (found,) = named([text], 60)
    return {text[start:end] for start, end in found.proper}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("反映阳光小区停水", "阳光"),
        ("请求给龙腾家园装电梯", "龙腾"),
        ("投诉明诚驾校退费难", "明诚"),
        ("人民路营业厅排队两小时", "人民路"),
        ("光谷门店说没有货", "光谷"),
        ("住五道口店，洗澡水是凉的", "五道口"),
        ("在西湖店住了两天", "西湖"),
    ],
)
def test_a_place_is_what_stands_before_the_word_it_ends_with(text, place):
    assert place in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "这个小区停水",
        "我们学校的食堂",
        "附近的工地很吵",
        "产品质量很好",
        "线下门店没有货",
        "快递网点不送",
        "这家店不行",
        "奶茶店太慢",
    ],
)
def test_words_anybody_uses_are_no_name(text):
    assert names(text) == set()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("升级到5.6.1之后闪退", ("5.6.1",)),
        ("M7洗衣机漏水", ("m7",)),
        ("204路公交车改线", ("204",)),
        ("A7县的公路", ()),
        ("等了3.5小时", ()),
    ],
)
def test_codes_are_products_versions_and_lines_not_amounts(text, codes):
    assert named([text], 60)[0].codes == codes


def test_units_are_named_with_their_kind():
    (found,) = named(["海淀区和朝阳县"], 60)
    assert [(kind, name) for _, kind, name in found.units] == [("区", "海淀"), ("县", "朝阳")]


def test_the_number_of_a_building_is_a_code_where_something_of_it_is_the_matter():
    found = named(["翠湖苑3栋电梯坏了", "2号楼的电梯困人", "住3栋，旁边工地吵"], 60)
    assert [one.codes for one in found] == [("3栋",), ("2栋",), ()]


def test_a_city_before_a_site_of_the_company_says_which_as_a_code_does():
    found = named(
        [
            "武汉仓发的货又碰坏了",
            "成都的门店没有货",
            "武汉热干面很好吃",
            "武汉光谷站没电",
            "北京的快递到站了",
        ],
        60,
    )
    assert [one.codes for one in found] == [("武汉",), ("成都",), (), ("武汉",), ()]
