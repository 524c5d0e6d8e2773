"""`voc effect` as people call it: published examples to their digits, and mistakes in one Chinese sentence."""

import csv
import io
import json

import numpy as np
import pytest

SERIES = "before_after_series"
PROP99 = ("--time", "Year", "--value", "PacksPerCapita", "--unit", "State", "--treated", "California",
          "--intervention", 1989)  # fmt: skip


def write(path, columns, rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([columns, *rows])
    path.write_text(buffer.getvalue(), encoding="utf-8")
    return path


def months(count, start=2020):
    return [f"{start + n // 12}-{n % 12 + 1:02d}" for n in range(count)]


@pytest.fixture
def fall(tmp_path):
    """Forty-eight months of complaints that fall by half in the fourth year."""
    counts = np.random.default_rng(1).poisson(np.where(np.arange(48) < 36, 200, 100))
    return write(tmp_path / "a.csv", ("月份", "投诉"), zip(months(48), counts, strict=True))


@pytest.fixture
def shops(tmp_path):
    """Twelve shops over ten months, five of them treated from the seventh on, effect −30."""
    rng = np.random.default_rng(2)
    own, shared = rng.normal(100, 10, 12), rng.normal(0, 5, 10)
    rows = [
        (
            f"{s}店",
            time,
            round(own[s] + shared[m] - 30 * (s < 5) * (m >= 6) + rng.normal(0, 2), 2),
            int(s < 5 and m >= 6),
        )
        for s in range(12)
        for m, time in enumerate(months(10))
    ]
    return write(tmp_path / "s.csv", ("门店", "月份", "评分", "实施"), rows)


def told(voc, *words):
    said = voc("effect", *words, "--json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


@pytest.mark.real_data
def test_the_tobacco_tax_is_told_as_published(voc, public_data):
    file = public_data / SERIES / "prop99_california.csv"
    mixed = told(voc, file, *PROP99)
    assert (mixed["design"], round(mixed["estimate"], 3)) == ("sc", -19.514)
    plain = told(voc, file, *PROP99, "--design", "did")
    assert round(plain["estimate"], 3) == -27.349


@pytest.mark.real_data
def test_the_smoking_ban_is_told_as_published(voc, public_data):
    found = told(
        voc, public_data / SERIES / "sicily_smoking_ban.csv", "--time", "year+month", "--value", "aces", "--exposure",
        "stdpop", "--intervention", "2005-01", "--season", 0, "--shape", "level", "--errors", "poisson",
    )  # fmt: skip
    assert [round(v, 4) for v in (found["estimate"], *found["ci"])] == [0.8944, 0.8647, 0.9251]


@pytest.mark.real_data
def test_the_minimum_wage_is_told_as_published(voc, public_data):
    found = told(
        voc, public_data / SERIES / "mpdta_minimum_wage.csv", "--time", "year", "--value", "lemp", "--unit",
        "countyreal", "--group", "first.treat", "--scale", "log",
    )  # fmt: skip
    table = {(row["cohort"], row["time"]): round(row["att"], 4) for row in found["details"]["att_gt"]}
    assert (found["design"], round(found["estimate"], 4)) == ("cohort", -0.04)
    assert [table["2004", t] for t in ("2004", "2005", "2006", "2007")] == [
        -0.0105,
        -0.0704,
        -0.1373,
        -0.1008,
    ]
    assert (table["2006", "2006"], table["2006", "2007"], table["2007", "2007"]) == (
        -0.0046,
        -0.0412,
        -0.0261,
    )


@pytest.mark.real_data
def test_a_true_effect_and_a_true_null_beside_control_columns(voc, public_data):
    google = told(
        voc, public_data / SERIES / "ci_google.csv", "--time", "date", "--value", "y", "--control", "x1",
        "--control", "x2", "--intervention", "2020-03-02", "--direction", "increase",
    )  # fmt: skip
    assert google["relative"]["estimate"] == pytest.approx(0.21, abs=0.01)
    assert google["relative"]["low"] > 0
    nothing = told(
        voc, public_data / SERIES / "ci_comparison.csv", "--time", "DATE", "--value", "CHANGED",
        *("--control", "NOT_CHANGED_1", "--control", "NOT_CHANGED_2", "--control", "NOT_CHANGED_3"),
        "--intervention", "2019-07-15",
    )  # fmt: skip
    assert nothing["verdict"] == "无效"
    assert nothing["relative"]["low"] < 0 < nothing["relative"]["high"]


def test_a_fall_by_half_is_effective_and_says_why(voc, fall):
    found = told(voc, fall, "--time", "月份", "--value", "投诉", "--intervention", "2023-01")
    assert (found["design"], found["scale"], found["verdict"]) == ("its", "ratio", "有效")
    assert found["ci"][0] < 0.5 < found["ci"][1]
    assert {check["code"] for check in found["diagnostics"]} >= {
        "points",
        "autocorrelation",
        "season",
        "placebo_in_time",
    }
    said = voc("effect", fall, "--time", "月份", "--value", "投诉", "--intervention", "2023-01").stdout
    assert said.startswith("有效：投诉下降 ")


def test_the_wrong_direction_is_worse(voc, fall):
    found = told(
        voc, fall, "--time", "月份", "--value", "投诉", "--intervention", "2023-01", "--direction", "increase"
    )
    assert found["verdict"] == "恶化"


@pytest.mark.parametrize("design", ["before-after", "its"])
def test_nothing_is_never_effective(voc, tmp_path, design):
    counts = np.random.default_rng(6).poisson(60, 48)
    file = write(tmp_path / "n.csv", ("m", "n"), zip(months(48), counts, strict=True))
    found = told(voc, file, "--time", "m", "--value", "n", "--intervention", "2022-07", "--design", design)
    assert found["verdict"] in ("无效", "证据不足")


def test_treated_shops_by_name_and_by_column_agree(voc, shops):
    base = (shops, "--time", "月份", "--value", "评分", "--unit", "门店")
    named = told(voc, *base, "--treated", "0店,1店，2店、3店,4店", "--intervention", "2020-07")
    marked = told(voc, *base, "--treated", "实施")
    assert (
        (named["design"], named["estimate"])
        == (marked["design"], marked["estimate"])
        == ("did", marked["estimate"])
    )
    assert named["ci"][0] < -30 < named["ci"][1]


@pytest.mark.parametrize("design", ["did", "sc", "cits", "its", "cohort", "before-after"])
def test_every_design_finds_the_fall_of_a_shop(voc, shops, design):
    found = told(
        voc,
        shops,
        "--time",
        "月份",
        "--value",
        "评分",
        "--unit",
        "门店",
        "--treated",
        "实施",
        "--design",
        design,
    )
    assert found["design"] == design
    assert -45 < found["estimate"] < -15


def test_staggered_shops_are_compared_by_cohort(voc, tmp_path):
    rng = np.random.default_rng(5)
    start = {s: {0: "2020-05", 1: "2020-08"}.get(s % 3, "") for s in range(18)}
    rows = [
        (
            s,
            time,
            round(100 + s + m - 20 * (start[s] != "" and time >= start[s]) + rng.normal(0, 1), 2),
            start[s],
        )
        for s in range(18)
        for m, time in enumerate(months(12))
    ]
    file = write(tmp_path / "g.csv", ("s", "m", "v", "g"), rows)
    found = told(voc, file, "--time", "m", "--value", "v", "--unit", "s", "--group", "g")
    assert (found["design"], found["verdict"]) == ("cohort", "有效")
    assert found["estimate"] == pytest.approx(-20, abs=1.5)
    assert {row["cohort"] for row in found["details"]["att_gt"]} == {"2020-05", "2020-08"}


@pytest.mark.parametrize("spell", ["{y}Q{q}", "{y}年第{q}季度"])
def test_quarters_are_read(voc, tmp_path, spell):
    rows = [(spell.format(y=2015 + n // 4, q=n % 4 + 1), 100 + n % 4) for n in range(24)]
    file = write(tmp_path / "q.csv", ("t", "v"), rows)
    found = told(voc, file, "--time", "t", "--value", "v", "--intervention", spell.format(y=2018, q=1))
    assert (found["times"], found["diagnostics"][0]["value"]) == (24, [12, 12])


@pytest.mark.parametrize("name", ["p.svg", "p.html"])
def test_a_picture_marks_the_day_and_stands_alone(voc, fall, tmp_path, name):
    said = voc(
        "effect", fall, "--time", "月份", "--value", "投诉", "--intervention", "2023-01", "--picture", name
    )
    drawn = (tmp_path / name).read_text("utf-8")
    assert (said.returncode, "措施上线" in drawn, "http://www.w3.org/2000/svg" in drawn) == (0, True, True)
    assert "<script" not in drawn


BASE = ("--time", "月份", "--value", "投诉")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--time", "月", "--value", "投诉", "--intervention", "2023-01"), "没有列「月」（--time）"),
        (("--time", "月份", "--value", "数", "--intervention", "2023-01"), "没有列「数」（--value）"),
        (BASE, "请用 --intervention 指明上线时间"),
        ((*BASE, "--intervention", "去年"), "看不懂"),
        ((*BASE, "--intervention", "2031-01"), "不在数据的时间范围之内"),
        ((*BASE, "--intervention", "2023-01", "--design", "did"), "需要未实施的对照单位"),
        ((*BASE, "--intervention", "2023-01", "--design", "cits"), "--control"),
        ((*BASE, "--intervention", "2023-01", "--smallest", 2), "--smallest"),
        ((*BASE, "--intervention", "2023-01", "--season", "冬"), "--season"),
        ((*BASE, "--intervention", "2023-01", "--picture", "p.png"), ".svg 或 .html"),
        (("--time", "投诉", "--value", "月份", "--intervention", "2023-01"), ""),
        ((*BASE, "--intervention", "2023-01", "--unit", "月份"), "请用 --treated"),
    ],
)
def test_mistakes_are_told_in_one_chinese_sentence(voc, fall, words, sentence):
    said = voc("effect", fall, *words)
    assert (said.returncode, said.stderr[:3]) == (1, "出错：")
    assert sentence in said.stderr


def test_rows_of_several_units_without_their_column_are_refused(voc, shops):
    said = voc("effect", shops, "--time", "月份", "--value", "评分", "--intervention", "2020-07")
    assert "请用 --unit 指明" in said.stderr
    unknown = voc("effect", shops, "--time", "月份", "--value", "评分", "--unit", "门店", "--treated", "99店",
                  "--intervention", "2020-07")  # fmt: skip
    assert "没有单位或列「99店」" in unknown.stderr


@pytest.mark.parametrize(("yes", "no"), [("True", "False"), ("是", "否"), ("1.0", "0.0")])
def test_a_column_of_yes_and_no_marks_the_treated(voc, tmp_path, yes, no):
    rows = [
        (s, m, 10 + s + m % 3 - 5 * (s < 4 and m >= 4), yes if s < 4 else no)
        for s in range(10)
        for m in range(8)
    ]
    file = write(tmp_path / "y.csv", ("s", "m", "v", "who"), rows)
    found = told(
        voc, file, "--time", "m", "--value", "v", "--unit", "s", "--treated", "who", "--intervention", 4
    )
    assert (found["design"], round(found["estimate"], 6)) == ("did", -5)


def test_units_can_be_left_out_of_the_controls(voc, shops):
    base = (
        shops,
        "--time",
        "月份",
        "--value",
        "评分",
        "--unit",
        "门店",
        "--treated",
        "0店",
        "--intervention",
        "2020-07",
    )
    found = told(voc, *base, "--exclude", "1店,2店,3店,4店", "--design", "sc")
    assert found["units"] == 8
    assert not {"1店", "2店", "3店", "4店"} & set(found["details"]["weights"])
    assert "没有单位「9号」" in voc("effect", *base, "--exclude", "9号").stderr


def test_a_missing_file_is_said_to_be_missing(voc):
    assert "没有文件" in voc("effect", "none.csv", "--time", "a", "--value", "b").stderr


def test_a_column_called_a_logarithm_is_taken_for_one_and_this_is_said(voc, tmp_path):
    rows = [
        (s, m, round(3 + 0.01 * s + 0.001 * m - 0.5 * (s < 4 and m >= 4), 4))
        for s in range(10)
        for m in range(8)
    ]
    file = write(tmp_path / "l.csv", ("s", "m", "log_v"), rows)
    found = told(
        voc,
        file,
        "--time",
        "m",
        "--value",
        "log_v",
        "--unit",
        "s",
        "--treated",
        "0,1,2,3",
        "--intervention",
        4,
    )
    assert (found["design"], found["scale"], round(found["estimate"], 6)) == ("did", "log", -0.5)
    assert round(found["relative"]["estimate"], 4) == round(np.exp(-0.5) - 1, 4)
    assert "已取对数" in found["notes"][0]


def test_two_groups_at_two_times_have_an_estimate_and_no_interval(voc, tmp_path):
    # Means of Card & Krueger (1994, table 3): 20.44 and 21.03 in New Jersey, 23.33 and 21.17 in Pennsylvania.
    rows = [("NJ", 1, 20.44), ("NJ", 2, 21.03), ("PA", 1, 23.33), ("PA", 2, 21.17)]
    file = write(tmp_path / "b.csv", ("州", "期", "就业"), rows)
    asked = (file, "--time", "期", "--value", "就业", "--unit", "州", "--treated", "NJ", "--intervention", 2)
    found = told(voc, *asked)
    assert (found["design"], found["verdict"]) == ("did", "证据不足")
    assert found["estimate"] == pytest.approx(2.75)
    assert "给不出区间" in voc("effect", *asked).stdout


def test_before_and_after_says_what_it_cannot_take_out(voc, tmp_path):
    file = write(
        tmp_path / "c.csv", ("月", "率"), zip(months(8), (12, 11, 13, 12, 8, 7, 8, 6.5), strict=True)
    )
    found = told(voc, file, "--time", "月", "--value", "率", "--intervention", "2020-05")
    assert found["design"] == "before-after"
    assert any("不能扣除趋势和季节" in check["sentence"] for check in found["diagnostics"])
