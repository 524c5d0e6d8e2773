"""How words and days are written on pages."""

from portal.rendering import monday, paragraphs


def test_marked_words_of_a_question_are_bold_and_nothing_else_is_markup():
    written = paragraphs("**问题**：甲 <b>乙</b>\n\n**措施**：丙")
    assert written == (
        '<p class="pre"><strong>问题</strong>：甲 &lt;b&gt;乙&lt;/b&gt;</p>'
        '<p class="pre"><strong>措施</strong>：丙</p>'
    )


def test_a_lonely_star_stays_a_star():
    assert paragraphs("评分 **** 以下，5 ** 2") == '<p class="pre">评分 **** 以下，5 ** 2</p>'


def test_a_week_is_written_by_its_monday():
    assert monday("2026-W47") == "2026-11-16"
    assert monday("2027-W01") == "2027-01-04"
