import numpy as np
import pytest

from settings import asset_bytes, asset_text
from voc.cleaning.assets import load_cleaning
from voc.cleaning.rejection import reject
from voc.reading.labels import assemble
from voc.reading.taxonomy import parse_taxonomy
from voc.reading.understanding import Understood, take, understand

TEXTS = ["師傅很熱情，空调制冷很好", "", "此用户未填写评价内容", "师傅没来，电话13812345678，等了一天"]


@pytest.fixture(scope="module")
def parts():
    return parse_taxonomy(asset_text("taxonomy.toml")), assemble(
        asset_bytes("tone.npz"), asset_bytes("topics.npz")
    )


@pytest.fixture(scope="module")
def read(parts) -> Understood:
    return understand(TEXTS, [None] * 4, *parts)


def test_every_text_has_its_row_in_every_column(read):
    columns = (read.normalised, read.masked, read.pii, read.rejected, read.hashes, read.bands)
    assert {len(column) for column in columns} == {len(TEXTS)}
    assert len(read.annotations.type) == len(read.kept)


def test_a_placeholder_is_not_labelled_but_silence_with_a_rating_may_be(read):
    assert (read.rejected, read.kept) == ([None, None, "placeholder", None], [0, 1, 3])


def test_rejected_texts_are_labelled_when_asked_for(parts):
    asked = understand(TEXTS, [None] * 4, *parts, label_rejected=True)
    assert (asked.kept, len(asked.annotations.type)) == ([0, 1, 2, 3], 4)


def test_nothing_behind_the_mask_sees_personal_data(read):
    assert "13812345678" not in read.masked[3]
    (piece,) = read.pii[3]
    assert read.normalised[3][piece.start : piece.end] == "13812345678"
    assert piece.token in read.masked[3]


def test_hashes_see_the_words_and_not_how_they_are_written(parts):
    same = understand(["師傅很熱情", "师傅很热情！", "师傅很冷淡"], [None] * 3, *parts)
    assert same.hashes[0] == same.hashes[1] != same.hashes[2]


def test_rows_are_taken_from_every_column_of_the_annotations(read):
    taken = take(read.annotations, [2, 0])
    assert taken.type == [read.annotations.type[2], read.annotations.type[0]]
    np.testing.assert_array_equal(taken.sentiment, read.annotations.sentiment[[2, 0]])
    assert len(take(read.annotations, []).mentions) == 0


def test_an_empty_batch_is_understood_as_nothing(parts):
    nothing = understand([], [], *parts)
    assert (nothing.masked, nothing.kept, nothing.hashes.shape) == ([], [], (0,))


def test_who_complains_of_something_concrete_is_heard_even_where_the_words_look_like_advertising(parts):
    suffering = "手机13812345678，请联系王建国，地址北京市朝阳区建国路88号2号楼301室，空调漏水"
    texts = [suffering, "代开发票，电话13812345678，税点低"]
    cleaning = load_cleaning(asset_bytes("spam.npz"), asset_text("variants.toml"))
    read = understand(texts, [None, None], *parts, cleaning=cleaning)
    assert reject(read.masked, cleaning.spam) == ["advertising", "advertising"]
    assert (read.rejected, read.kept) == ([None, "advertising"], [0])
    assert read.annotations.mentions[0][0].issue == "product.leak"


def test_what_a_firm_writes_to_its_customers_complains_of_nothing(parts):
    sent = "【某丰】您的快件因丢失需理赔，请加企业QQ 2899001234 办理双倍赔付"
    cleaning = load_cleaning(asset_bytes("spam.npz"), asset_text("variants.toml"))
    assert understand([sent], [None], *parts, cleaning=cleaning).rejected[0] in ("advertising", "fraud")


def test_a_question_blames_no_area(parts):
    read = understand(["请问保修期多久？"], [None], *parts)
    assert (read.annotations.tone, read.annotations.dimension) == (["neutral"], [None])
    assert {opinion.sentiment for opinion in read.annotations.areas[0]} <= {0.0}


def test_of_a_dialogue_the_customer_is_read_and_spans_hold_in_the_whole_of_it(parts):
    dialogue = "客服：非常抱歉，我们送货很快的\n用户：师傅没来，等了一天\n客服：马上为您催"
    alone, whole = "师傅没来，等了一天", understand([dialogue], [None], *parts)
    said, shown = understand([alone], [None], *parts).annotations, whole.annotations
    assert (shown.type, shown.tone, len(shown.areas[0])) == (said.type, said.tone, len(said.areas[0]))
    spans = [[text[one.start : one.end] for one in found.mentions[0]]
             for text, found in ((whole.masked[0], shown), (alone, said))]  # fmt: skip
    assert spans[0] == spans[1] != []
