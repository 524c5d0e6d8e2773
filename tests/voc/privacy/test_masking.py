from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.privacy.checks import identity_card, luhn
from voc.privacy.masking import Finding, Mask, find, mask

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True).filter(lambda number: len(set(number)) > 2)

PIECES = st.one_of(
    st.text(alphabet="很好的路号栋@.0123456789 aQq微信", max_size=12),
    st.sampled_from(
        ["电话13812345678", "我叫张伟", "QQ 123456", "文三路12号3室", "a@b.cn", "粤B12345", "[手机号1]"]
    ),
)
PLAIN = [
    "价格{}.{}元",
    "用了{}秒{}",
    "型号KFR-{}GW/{}A",
    "满{}减{}",
    "跑分{}，{}度",
    "{}块，{}折",
    "{}毫安 {}%",
    "版本{}.{}",
]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的手机是13812345678，请回电", "我的手机是[手机号1]，请回电"),
        ("电话 138 1234 5678", "电话 [手机号1]"),
        ("打138-1234-5678找我", "打[手机号1]找我"),
        ("联系+86 13812345678", "联系[手机号1]"),
        ("一三八一二三四五六七八随时打", "[手机号1]随时打"),
        ("加我 https://wa.me/8613812345678", "加我 https://wa.me/[手机号1]"),
        ("http://a.cn/x?tel=13812345678", "http://a.cn/x?tel=[手机号1]"),
        ("座机010-62345678没人接", "座机[电话1]没人接"),
        ("（0755）26781234", "[电话1]"),
        ("身份证11010519491231002X", "身份证[身份证号1]"),
        ("卡号6222021234567890128", "卡号[银行卡号1]"),
        ("车牌粤B12345停在楼下", "车牌[车牌1]停在楼下"),
        ("发到 lihua@example.com 吧", "发到 [邮箱1] 吧"),
        ("加我微信abc_12345", "加我微信[微信号1]"),
        ("QQ：123456789", "QQ：[QQ号1]"),
        ("订单号JD20240812345一直没发", "订单号[订单号1]一直没发"),
        ("送到浙江省杭州市西湖区文三路123号5栋2单元301室", "送到[地址1]"),
        ("地址：北京市朝阳区建国路88号3号楼1203，尽快", "地址：[地址1]，尽快"),
        ("我叫张伟，等了三天", "我叫[姓名1]，等了三天"),
        ("姓名：欧阳建国，电话不通", "姓名：[姓名1]，电话不通"),
        ("李女士来电反映漏水", "[姓名1]女士来电反映漏水"),
        ("手机(138)1234-5678", "手机[手机号1]"),
        ("1 3 8 1 2 3 4 5 6 7 8找我", "[手机号1]找我"),
        ("138.1234.5678", "[手机号1]"),
        ("幺三八零零一三八零零零", "[手机号1]"),
        ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "[手机号1]"),
        ("0086-138 1234 5678", "[手机号1]"),
        ("电话010-62345678转801", "电话[电话1]"),
        ("身份证 110105 19491231 002X", "身份证 [身份证号1]"),
        ("身份证号110105491231002", "身份证号[身份证号1]"),
        ("6222 0212 3456 7890 128", "[银行卡号1]"),
        ("粤BD12345", "[车牌1]"),
        ("沪A·D12345", "[车牌1]"),
        ("lihua @ example . com", "[邮箱1]"),
        ("lihua【at】qq.com", "[邮箱1]"),
        ("li.hua艾特qq点com", "[邮箱1]"),
        ("z h a n g @ q q . c o m", "[邮箱1]"),
        ("加我微xiaoming_88", "加我微[微信号1]"),
        ("薇信号xyz_789", "薇信号[微信号1]"),
        ("加V: hello123", "加V: [微信号1]"),
        ("QQ号 1234 56789", "QQ号 [QQ号1]"),
        ("SF1234567890123三天没动", "[订单号1]三天没动"),
        ("288123456789012345", "[订单号1]"),
        ("护照E12345678", "护照[证件号1]"),
        ("军官证 南字第12345678", "军官证 [证件号1]"),
        ("社保卡号123456789", "社保卡号[社保卡号1]"),
        ("会员卡号880012345678积分没了", "会员卡号[账号1]积分没了"),
        ("学号2020123456", "学号[证件号1]"),
        ("车架号LSVAM4187C2184841", "车架号[车架号1]"),
        ("IMEI861234567890123激活不了", "IMEI[订单号1]激活不了"),
        ("Q123456789聊", "Q[QQ号1]聊"),
        ("wechat ID: sunny_day7", "wechat ID: [微信号1]"),
        ("抖音号dy8823kkm私信我", "抖音号[账号1]私信我"),
        ("运单7731 2345 6789 012没更新", "运单[订单号1]没更新"),
        ("受理编号20231124-000187", "受理编号[订单号1]"),
        ("中通78901234567890不动", "中通[订单号1]不动"),
        ("Tel: +86 21 6543 2100", "Tel: [电话1]"),
        ("家住北京市丰台区方庄芳群园三区12号楼808", "家住[地址1]"),
        ("台胞证01234567", "台胞证[证件号1]"),
        ("阳光花园3栋2单元501", "[地址1]"),
        ("张家村三组12号", "[地址1]"),
        ("文三路123号5栋2单元301室13812345678", "[地址1][手机号1]"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask([text]).texts == [masked]


@pytest.mark.parametrize(
    "text",
    [
        "价格1999元，比上次贵了13500",
        "型号KFR-35GW/N8MHA1，能效1级",
        "2020-08-24 11:29:00下单，17号到货，19号才装",
        "开26度，7档，房间20平米",
        "师傅辛苦了，服务很好",
        "工程师、客服，态度都好",
        "非常高兴，先生们服务很好",
        "对比家里那台，省电多了",
        "满1000减138，用了12345678秒",
        "小区17号下单，20号才送到",
        "打了12315和10086，又打400-820-8820",
        "199.9 299.9 399三档",
        "价格1399 1499 159元",
        "ISO9001:2015，GB/T 7725-2004",
        "订单123456元，订单20200824",
        "ISBN 978-7-111-21382-6印刷模糊，条码6901234567892扫不出",
        "订单20231124135500，学号查不到，账户6000000元",
        "产品编号123456789",
        "电量10000000000000，分辨率1920x1080",
        "我把at的dot的，v1.2.3",
    ],
)
def test_prices_models_dates_and_thanks_stay(text: str) -> None:
    assert mask([text]).texts == [text]


def test_one_number_written_two_ways_is_one_person() -> None:
    masked = mask(["13812345678，或者138-1234-5678，还有13987654321"])
    assert masked.texts == ["[手机号1]，或者[手机号1]，还有[手机号2]"]
    assert masked.counts == [3]


def test_a_mail_address_in_disguise_is_the_same_address() -> None:
    assert mask(["abc@qq.com或abc艾特qq点com"]).texts == ["[邮箱1]或[邮箱1]"]


def test_masks_say_what_stood_where_but_not_the_value() -> None:
    assert mask(["请打13812345678"]).findings == [[Mask("手机号", "[手机号1]", 2, 13)]]


@given(st.lists(PIECES, max_size=6).map("，".join))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask([text]).texts
    assert mask(once).texts == once


@given(MOBILES, st.sampled_from([" ", "-", ".", " - ", ") ", "\u2014"]))
def test_one_mobile_in_two_forms_has_one_token(number: str, sign: str) -> None:
    spaced = sign.join((number[:3], number[3:7], number[7:]))
    assert mask([f"{number}或{spaced}"]).texts == ["[手机号1]或[手机号1]"]


@given(st.integers(1, 9_999_999), st.integers(0, 99), st.sampled_from(PLAIN))
def test_ordinary_numbers_are_left_alone(number: int, more: int, frame: str) -> None:
    text = frame.format(number, more)
    assert mask([text]).texts == [text]


@given(st.lists(st.sampled_from(["拨打13812345678", "很好", "我叫张伟", "a@b.cn", ""]), max_size=8))
def test_a_batch_is_masked_as_its_texts_one_by_one(texts: list[str]) -> None:
    assert mask(texts).texts == [mask([text]).texts[0] for text in texts]


def test_numbering_starts_anew_in_every_feedback() -> None:
    assert mask(["13812345678", "13987654321"]).texts == ["[手机号1]", "[手机号1]"]


def test_findings_say_where_they_stand() -> None:
    assert find("拨打13812345678") == [Finding("手机号", 2, 13, "13812345678")]


def test_texts_without_personal_data_come_back_unchanged() -> None:
    assert mask(["很好", ""]).texts == ["很好", ""]
    assert mask([]).counts == []


@given(
    MOBILES,
    st.sampled_from(["{}", "{} ", "请打{}谢谢", "电话：{}。"]),
    st.sampled_from(["plain", "wide", "numerals"]),
)
def test_every_mobile_is_found_however_it_is_written(number: str, frame: str, style: str) -> None:
    written = number.translate({"plain": {}, "wide": FULL_WIDTH, "numerals": NUMERALS}[style])
    assert written not in mask([frame.format(written)]).texts[0]


@given(st.text(max_size=80))
def test_findings_never_overlap_and_quote_the_text(text: str) -> None:
    findings = find(text)
    assert all(text[f.start : f.end] == f.value for f in findings)
    assert all(a.end <= b.start for a, b in pairwise(findings))


def test_the_cheap_look_misses_nothing_the_rules_find() -> None:
    texts = ["我叫张伟", "粤B12345", "一三八一二三四五六七八", "a@b.cn", "李女士来电"]
    assert all(count == 1 for count in mask(texts).counts)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓名：擎峰，电话没人接", "擎峰"), ("收件人：克里斯蒂亚诺·罗纳尔多 昨天", "克里斯蒂亚诺·罗纳尔多"),
        ("联系人: Alice Smith，", "Alice Smith"), ("户名：半人猛犸", "半人猛犸"), ("申请人：穆里尼奥电话", "穆里尼奥"),
    ],
)  # fmt: skip
def test_a_form_says_itself_that_a_name_follows(text: str, name: str) -> None:
    assert [(found.kind, found.value) for found in find(text)] == [("姓名", name)]
    assert mask([text]).counts == [1]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("客服Jessica很耐心", "Jessica"),
        ("客服lily态度很差", "lily"),
        ("骑手Jack超时了", "Jack"),
        ("顾问 Riddick 没来", "Riddick"),
        ("我叫Alexander Smith，", "Alexander Smith"),
    ],
)
def test_staff_in_latin_letters_are_found(text: str, name: str) -> None:
    assert [(found.kind, found.value) for found in find(text)] == [("姓名", name)]
    assert mask([text]).counts == [1]


@pytest.mark.parametrize("text", ["客服app说打不开", "客服让我点ok", "师傅把wifi说坏了", "老板vivo手机"])
def test_latin_words_beside_staff_that_name_things_stay(text: str) -> None:
    assert find(text) == []


def test_a_name_with_a_title_is_found_after_thanks_and_complaints() -> None:
    assert mask(["感谢孙立老师", "投诉张女士", "谢谢老师", "感谢各位老师"]).texts == [
        "感谢[姓名1]老师", "投诉[姓名1]女士", "谢谢老师", "感谢各位老师"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["客服App打不开", "师傅iPhone修得好", "老师PPT做得好", "店员Windows不会装", "买了Kindle"]
)
def test_products_beside_staff_are_no_names(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text", ["姓名：本人", "收货人：不是我", "联系人：客服", "名字：好吃的面条", "名字不好听"]
)
def test_fields_that_hold_nobody_are_left_alone(text: str) -> None:
    assert mask([text]).texts == [text]


def test_identity_numbers_need_their_check_digit() -> None:
    assert identity_card("11010519491231002X")
    assert not identity_card("110105194912310021")


def test_bank_cards_need_the_luhn_check() -> None:
    assert luhn("4012888888881881")
    assert not luhn("4012888888881882")
