"""`voc compare` as people call it: every number on the screen and in JSON, and mistakes in one sentence."""

import json

import pytest


def test_two_shares_give_every_interval_and_test(voc):
    told = json.loads(voc("compare", 56, 70, 48, 80, "--json").stdout)
    by_name = {one["method"]: one for one in told["intervals"] if one["quantity"] == "difference"}
    newcombe = by_name["Newcombe 混合得分"]
    assert (round(newcombe["low"], 4), round(newcombe["high"], 4)) == (0.0524, 0.3339)
    assert (len(told["intervals"]), len(told["tests"]), told["skipped"]) == (17, 10, [])


def test_the_table_is_chinese_and_names_the_one_we_judge_by(voc):
    said = voc("compare", 56, 70, 48, 80)
    assert "Newcombe 混合得分 ★" in said.stdout
    assert "Barnard" in said.stdout


def test_large_tables_say_what_was_left_out(voc):
    said = voc("compare", 560, 7000, 480, 8000)
    assert "未计算：Barnard 精确、Boschloo 精确" in said.stderr


def test_no_event_on_a_side_has_no_upper_end(voc):
    told = json.loads(voc("compare", 5, 10, 0, 10, "--json").stdout)
    assert {one["high"] for one in told["intervals"] if one["quantity"] == "ratio"} == {None}


def test_rates_groups_scores_and_power(voc):
    rates = json.loads(voc("compare", "--rates", 11, 800, 21, 3011, "--json").stdout)
    assert round(rates["tests"][0]["p_value"], 5) == 0.07967
    groups = json.loads(
        voc("compare", 83, 86, 90, 93, 129, 136, 70, 82, "--trend", "0,0,0,1", "--json").stdout
    )
    assert round(groups["tests"][-1]["statistic"], 3) == 12.173
    scores = json.loads(voc("compare", "--scores", 4, 5, 3, 2, "/", 2, 3, 1, "--json").stdout)
    assert scores["intervals"][0]["estimate"] == 1.5
    assert "0.7401659" in voc("compare", "--power", 50, 0.5, 0.75).stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((1, 2, 3), "成对"),
        (("a", 2), "「a」不是数"),
        ((3, 2, 1, 2), "总数须大于 0"),
        ((1.5, 2), "不是计数"),
        (("--rates", 1, 0, 2, 3), "暴露量须大于 0"),
        (("--rates", 1, 1, 2, 3, 4, 5), "一组或两组"),
        (("--scores", 1, 2, 3), "一个 / 隔开"),
        ((1, 2, "--against", 2), "--against 须在 0 与 1 之间"),
        ((1, 2, 3, 4, 5, 6, "--trend", "1,2"), "3 个得分"),
        (("--power", 50), "三个数"),
        ((1, 2, "--alpha", 0.9), "--alpha"),
    ],
)
def test_mistakes_are_told_in_one_chinese_sentence(voc, words, sentence):
    said = voc("compare", *words)
    assert (said.returncode, said.stderr[:3]) == (1, "出错：")
    assert sentence in said.stderr


def test_scores_may_be_negative_and_counts_may_have_separators(voc):
    told = json.loads(voc("compare", "--scores", 0.7, -1.6, -0.2, "/", 1.9, 0.8, 1.1, "--json").stdout)
    assert told["tests"][0]["statistic"] < 0
    assert voc("compare", "1,234", "5,678", "900", "5,000").returncode == 0
