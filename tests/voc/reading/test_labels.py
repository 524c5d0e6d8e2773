from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.reading.labels import SURE_ENOUGH, Annotations, Mention, annotate, assemble
from voc.reading.model import TYPES
from voc.reading.taxonomy import parse_taxonomy

DATA = Path(__file__).resolve().parents[3] / "voc" / "data"
TAXONOMY = parse_taxonomy((DATA / "taxonomy.toml").read_text(encoding="utf-8"))
MODEL = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes())


def label(text: str, rating: float | None = None) -> Annotations:
    return annotate([text], [rating], TAXONOMY, MODEL)


def polarities(text: str, rating: float | None = None) -> dict[str, int]:
    return {mention.issue: mention.polarity for mention in label(text, rating).mentions[0]}


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("外机声音很大，像拖拉机一样", "product.noise"),
        ("一点也不制冷，开26度热出汗", "product.performance"),
        ("约好21号安装，到现在还没人来装", "installation.late"),
        ("安装费收了580元，乱收费", "installation.fee"),
        ("师傅态度很差，骂骂咧咧", "installation.attitude"),
        ("快递不送上楼，让我自己去取", "logistics.doorstep"),
        ("等了两个小时才送到，太慢了", "logistics.late"),
        ("客服电话打不通", "service.unreachable"),
        ("机器人答非所问，转不了人工", "service.robot"),
        ("刚买完就降价，还不给价保", "price.drop"),
        ("更新之后打不开，一直闪退", "app.crash"),
        ("设备连不上wifi，总是离线", "app.connect"),
        ("收不到验证码，登录不了", "app.login"),
        ("退款半个月了还没到账", "payment.refund"),
        ("插上电就冒烟，吓死人", "product.safety"),
        ("买的时候说送赠品，结果没有赠品", "price.promotion"),
        ("感觉是假货，和专柜的不一样", "authenticity.fake"),
        ("包装破损，箱子都烂了", "packaging.poor"),
        ("少了遥控器和说明书", "packaging.missing"),
        ("贷款审批太慢，材料交了一个月没消息", "handling.slow"),
        ("办证大厅要我跑三趟，材料没一次说清楚", "handling.burden"),
        ("业务员隐瞒条款，误导我买保险", "handling.misled"),
        ("会员积分无故清零", "payment.charge"),
        ("洗衣机不排水", "product.fault"),
        ("脱水转不起来", "product.fault"),
        ("快递卡在分拨中心五天了", "logistics.tracking"),
        ("健身房突然闭店，年卡里还有两千块", "payment.prepaid"),
        ("老板卷钱跑了，押金没地方要", "payment.prepaid"),
    ],
)
def test_troubles_are_recognised(text: str, issue: str) -> None:
    assert polarities(text)[issue] == -1


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("安装师傅很准时，服务也好", "installation.late"),
        ("没有噪音，晚上睡得很好", "product.noise"),
        ("物流很快，第二天就到了", "logistics.late"),
        ("用了一年不漏水，很满意", "product.leak"),
    ],
)
def test_the_opposite_of_a_trouble_is_praise(text: str, issue: str) -> None:
    assert polarities(text, 5)[issue] == 1


@pytest.mark.parametrize(
    "text",
    [
        "买之前担心噪音大，装上以后很安静，非常满意",
        "会不会漏水？请问一下",
        "如果漏水怎么办",
        "以前那台漏水，这台很好",
        "听说容易闪退，我用着挺好",
    ],
)
def test_what_is_supposed_or_asked_is_not_a_complaint(text: str) -> None:
    assert -1 not in polarities(text).values()


@pytest.mark.parametrize(
    "text",
    ["耗电不高", "不漏水，不掉色", "没有出现死机、卡顿、发热的现象", "屏幕没有坏点", "不催单", "没乱收费"],
)
def test_trouble_that_is_denied_is_praise_of_its_area(text: str) -> None:
    found = label(text)
    assert found.tone == ["positive"]
    assert all(mention.polarity >= 0 for mention in found.mentions[0])
    assert all(opinion.sentiment > 0 for opinion in found.areas[0])


def test_a_telephone_that_is_not_answered_is_no_broken_device() -> None:
    assert set(polarities("打了一天都打不通电话")) == {"service.unreachable"}


def test_one_issue_is_counted_once_per_text() -> None:
    found = label("噪音大，噪音真的很大，噪音太大了").mentions[0]
    assert [(m.issue, m.polarity) for m in found] == [("product.noise", -1)]


def test_spans_point_into_the_text_given() -> None:
    text = "物流快，但是APP闪退"
    (mention,) = [m for m in label(text).mentions[0] if m.issue == "app.crash"]
    assert text[mention.start : mention.end] == "闪退"


@pytest.mark.parametrize(
    ("text", "rating", "kind"),
    [
        ("非常好，制冷快，师傅专业，满意", 5.0, "praise"),
        ("太差了，三天没人安装，退货", 1.0, "complaint"),
        ("怎么更改绑定的手机号码？", None, "enquiry"),
        ("怎么更改绑定的手机号码？", 5.0, "enquiry"),
        ("客服机器人答非所问，怎么都转不到人工", 1.0, "complaint"),
        ("建议增加定时功能，希望支持苹果手表", None, "suggestion"),
    ],
)
def test_types_are_told_apart(text: str, rating: float | None, kind: str) -> None:
    assert label(text, rating).type == [kind]


def test_three_stars_and_so_so_are_neutral() -> None:
    found = annotate(["还行吧", "还行吧", "一般般", "一般般"], [3, None, 3, 1], TAXONOMY, MODEL)
    assert found.tone == ["neutral", "neutral", "neutral", "negative"]
    assert np.abs(found.sentiment[:3]).max() < 0.5


def test_stars_move_sentiment_monotonically() -> None:
    texts = ["还可以吧"] * 5
    sentiment = annotate(texts, [1, 2, 3, 4, 5], TAXONOMY, MODEL).sentiment
    assert (np.diff(sentiment) > 0).all()


@pytest.mark.parametrize(
    "text", ["温度湿度设定值没了", "安装后不到俩小时就出现故障，噪音巨大", "打不开，更新后打不开软件"]
)
def test_good_stars_do_not_silence_a_complaint(text: str) -> None:
    found = label(text, 5)
    assert (found.type, found.tone) == (["complaint"], ["negative"])


def test_good_stars_help_where_the_words_hardly_lean() -> None:
    assert label("一般般吧，还可以", 5).sentiment[0] > label("一般般吧，还可以").sentiment[0]


def test_bad_stars_count_beside_kind_words() -> None:
    assert label("送货很快，就是没人来安装", 1).tone == ["negative"]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("空调冒烟着火了，太危险", 2),
        ("小区停电一整天", 2),
        ("电梯又坏了，把我关在里面二十分钟", 2),
        ("房卡在电梯里刷不了", 0),
        ("再不处理我就打12315投诉，找律师起诉", 1),
        ("声音有点大", 0),
        ("不会起火，很安全，很放心", 0),
    ],
)
def test_severity_follows_danger_and_words(text: str, severity: int) -> None:
    assert label(text).severity == [severity]


def test_a_complaint_without_an_issue_is_vague() -> None:
    assert label("太差了，失望", 1).vague.tolist() == [True]
    assert label("噪音太大了，失望", 1).vague.tolist() == [False]


def test_the_dimension_is_that_of_the_surest_trouble() -> None:
    assert label("安装师傅态度恶劣", 1).dimension == ["people"]
    assert label("很好", 5).dimension == [None]


def test_columns_of_an_empty_batch_are_empty() -> None:
    empty = annotate([], [], TAXONOMY, MODEL)
    assert (empty.type, empty.mentions, empty.severity) == ([], [], [])
    assert empty.sentiment.shape == empty.type_confidence.shape == empty.vague.shape == (0,)


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        annotate(["好"], [], TAXONOMY, MODEL)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.none() | st.integers(1, 5)), max_size=6))
def test_any_text_gets_sound_labels(rows: list[tuple[str, float | None]]) -> None:
    texts = [text for text, _ in rows]
    found = annotate(texts, [rating for _, rating in rows], TAXONOMY, MODEL)
    assert set(found.type) <= set(TYPES)
    assert len(found.mentions) == len(found.severity) == len(found.dimension) == len(texts)
    assert (np.abs(found.sentiment) <= 1).all()
    assert ((found.sentiment_confidence >= 0.5) & (found.sentiment_confidence <= 1)).all()


@settings(deadline=None)
@given(st.permutations(["噪音大", "物流很快", "客服电话打不通", "怎么退货？", ""]))
def test_labels_do_not_depend_on_the_company_a_text_keeps(texts: list[str]) -> None:
    together = annotate(texts, [None] * 5, TAXONOMY, MODEL)
    alone = [label(text) for text in texts]
    assert together.type == [one.type[0] for one in alone]
    assert _rounded(together.mentions) == _rounded([one.mentions[0] for one in alone])


def _rounded(mentions: list[list[Mention]]) -> list[list[tuple[str, int, float]]]:
    return [[(m.issue, m.polarity, round(m.confidence, 9)) for m in found] for found in mentions]


@pytest.mark.parametrize(
    ("text", "kind", "tone"),
    [
        ("咨询一下会员积分怎么兑换", "enquiry", "neutral"),
        ("建议APP增加夜间模式", "suggestion", "neutral"),
        ("投诉你们的配送员，态度恶劣", "complaint", "negative"),
        ("感谢交警同志冒雨执勤，为你们点赞", "praise", "positive"),
        ("一般般吧", "complaint", "negative"),
    ],
)
def test_type_and_tone_agree_and_only_what_judges_nothing_is_neutral(text: str, kind: str, tone: str) -> None:
    found = label(text)
    assert (found.type, found.tone) == ([kind], [tone])


def test_what_the_model_is_not_sure_of_is_named() -> None:
    found = annotate(["非常满意，师傅很专业", "希望能早点解决，一直没人管"], [None, None], TAXONOMY, MODEL)
    doubted = found.type_confidence < SURE_ENOUGH["type"]
    assert ["type" in names for names in found.unsure] == doubted.tolist()
    assert not doubted[0]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="很好差吗请问建议，。但是不", max_size=20), max_size=5))
def test_praise_is_never_negative_and_a_complaint_never_positive(texts: list[str]) -> None:
    found = annotate(texts, [None] * len(texts), TAXONOMY, MODEL)
    pairs = set(zip(found.type, found.tone, strict=True))
    assert not pairs & {("praise", "negative"), ("complaint", "positive"), ("praise", "neutral")}
