from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.duplicates import bands, content_hash
from voc.cleaning.repeats import ALMOST, EXACT, Repeats

LONG = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一上午"
NEARLY = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一下午"


def find(texts, customers=None, memory=None, first=1):
    return (memory or Repeats()).find(first, texts, content_hash(texts), bands(texts), customers)


def test_long_words_are_copied_whoever_signs_them():
    assert find([LONG, NEARLY, LONG], ["甲", "乙", None]) == [None, (1, ALMOST), (1, EXACT)]


def test_a_copy_of_a_copy_names_the_original():
    assert find([LONG, NEARLY, NEARLY]) == [None, (1, ALMOST), (1, EXACT)]


def test_short_words_are_copied_only_by_the_same_customer():
    assert find(["服务很好的师傅"] * 4, ["甲", "乙", None, "甲"]) == [None, None, None, (1, EXACT)]


def test_where_nobody_signs_common_short_words_are_many_voices():
    assert find(["很好", "很好", "师傅服务很好", "师傅服务很好！"]) == [None, None, None, (3, EXACT)]


def test_silence_repeats_nothing():
    assert find(["", "", "！！", "！！"]) == [None] * 4


def test_earlier_chunks_are_remembered_under_their_row_numbers():
    memory = Repeats()
    find([LONG], memory=memory, first=41)
    assert find(["别的", NEARLY], memory=memory, first=42) == [None, (41, ALMOST)]


def test_a_form_letter_with_many_versions_stays_quick_and_finds_the_first():
    letters = [LONG + "单号" + str(10**7 + 37 * n) for n in range(300)]
    assert {found[0] for found in find(letters)[1:] if found} <= set(range(1, 300))


@given(st.lists(st.text("好坏快慢，装修师傅", min_size=0, max_size=30), max_size=30), st.integers(1, 29))
def test_how_a_file_is_cut_into_chunks_does_not_matter(texts, cut):
    memory = Repeats()
    parts = find(texts[:cut], memory=memory) + find(texts[cut:], memory=memory, first=1 + len(texts[:cut]))
    assert parts == find(texts)
