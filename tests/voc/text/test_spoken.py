import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.spoken import blanked, places, spoken


def said(text):
    return " ".join(spoken([text])[0].split())


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("用户:空调不制冷\n客服:非常抱歉给您带来不便\n用户:快点", "空调不制冷 快点"),
        ("客服:晴川家电为您服务\n用户:型号QK\n一直掉线", "型号QK 一直掉线"),
        ("坐席1024：您好 客户：钱还没退", "钱还没退"),
        ("转自热线\n客户:师傅没来\n坐席(小王):马上为您催", "转自热线 师傅没来"),
    ],
)
def test_of_a_dialogue_the_customers_words_are_left(text, own):
    assert said(text) == own


@pytest.mark.parametrize(
    "text",
    [
        "客服态度：极差。用户体验：很差",
        "问了客服：没人理，等了三天",
        "客户：师傅没来，打了三次电话",
        "客服说：等着吧。结果没人来",
    ],
)
def test_what_one_person_wrote_stays_as_it_is(text):
    assert spoken([text]) == [text]


DIALOGUES = st.lists(st.text(alphabet="用户客服坐席:：\n 。好差12()（）", max_size=40), max_size=5)


@given(DIALOGUES)
def test_every_character_that_is_left_is_found_again(texts):
    for text, left in zip(texts, spoken(texts), strict=True):
        found = "".join(text[at] for at in places(text)) or text
        assert len(found) == len(left)
        assert all(new in (old, "\n") for new, old in zip(left, found, strict=True))


@given(DIALOGUES)
def test_a_blanked_text_is_as_long_as_it_was(texts):
    for text in texts:
        assert len(blanked(text)) == len(text)
        assert all(new in (old, "\n") for new, old in zip(blanked(text), text, strict=True))
