from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.copies import Words, find_copies
from voc.cleaning.duplicates import bands, content_hash

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
WEEKS = timedelta(days=60)
LONG = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一上午"
NEARLY = "安装师傅迟到了三个小时，电话也打不通，我请假白等了一下午"


def words(id_: int, text: str, customer: int | None = None, days: float = 0, record: str = "") -> Words:
    keys = tuple(int(key) for key in bands([text])[0] if key)
    return Words(id_, text, int(content_hash([text])[0]), keys, customer, NOON + timedelta(days=days), record)


def test_a_long_text_that_comes_back_almost_word_for_word_is_a_copy_whoever_sends_it() -> None:
    assert find_copies([words(1, LONG, 1), words(2, NEARLY, 2)], [], WEEKS) == [None, 1]


def test_the_same_short_words_of_two_customers_are_two_voices() -> None:
    assert find_copies([words(1, "很好", 1), words(2, "很好", 2)], [], WEEKS) == [None, None]


def test_a_customer_who_repeats_short_words_within_a_day_is_one_voice() -> None:
    said = [words(1, "很好", 1), words(2, "很好", 1, days=0.9), words(3, "很好", 1, days=3)]
    assert find_copies(said, [], WEEKS) == [None, 1, None]


def test_a_copy_of_a_copy_names_the_original() -> None:
    assert find_copies([words(2, NEARLY), words(3, LONG + "！")], [words(1, LONG)], WEEKS) == [1, 1]


def test_a_later_version_of_a_record_is_no_copy_of_the_earlier_one() -> None:
    assert find_copies([words(2, NEARLY, record="1:R1")], [words(1, LONG, record="1:R1")], WEEKS) == [None]


def test_words_that_come_back_after_the_window_are_said_anew() -> None:
    said = [words(1, LONG), words(2, LONG, days=61), words(3, NEARLY, days=62)]
    assert find_copies(said, [], WEEKS) == [None, None, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from([LONG, NEARLY, "很好", "太差"]), st.integers(1, 2), st.integers(0, 150))
    ),
    st.data(),
)
def test_it_does_not_matter_which_feedback_came_together(
    said: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    everything = [words(n, text, customer, day) for n, (text, customer, day) in enumerate(said, 1)]
    cut = data.draw(st.integers(0, len(everything)))
    first = find_copies(everything[:cut], [], WEEKS)
    known = [one for one, copy in zip(everything, first, strict=False) if copy is None]
    assert first + find_copies(everything[cut:], known, WEEKS) == find_copies(everything, [], WEEKS)
