"""`voc detect` as people call it: each point judged by its past, in the order of the file."""

import csv
import io
import json
import re

import numpy as np
import pytest

USUAL = [10, 12, 9, 11, 10, 8, 9] * 6


def series(path, values, name="day"):
    lines = [f"2026-{3 + day // 28:02d}-{day % 28 + 1:02d},{value}" for day, value in enumerate(values)]
    path.write_text("\n".join([f"{name},count", *lines]), "utf-8")
    return path


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def spiky(tmp_path):
    path = tmp_path / "weekly.csv"
    weeks = [f"2025-W{week:02d},{50 if week == 40 else 3 + week % 3}" for week in range(1, 53)]
    path.write_text("\n".join(["week,count", *weeks]), "utf-8")
    return path


def test_the_flagged_point_is_the_one_that_stands_out_and_every_row_stays(voc, spiky):
    done = voc("detect", spiky, "--time", "week", "--value", "count", "--out", "out.csv")
    assert done.returncode == 0
    rows = read((spiky.parent / "out.csv").read_text("utf-8"))
    assert [row["week"] for row in rows if row["flag"] == "1"] == ["2025-W40"]
    assert len(rows) == 52
    assert set(rows[0]) == {"week", "count", "expected", "upper", "p_value", "flag"}


def test_json_lists_every_point_with_its_time_as_the_file_spells_it(voc, spiky):
    (one,) = json.loads(voc("detect", spiky, "--time", "week", "--value", "count", "--json").stdout)["series"]
    assert (one["period"], one["flags"], len(one["points"])) == ("week", 1, 52)
    (flagged,) = (point for point in one["points"] if point["flag"])
    assert (flagged["time"], flagged["value"]) == ("2025-W40", 50.0)
    assert flagged["upper"] < 50


def test_rows_in_any_order_are_judged_in_the_order_of_time(voc, tmp_path):
    rng = np.random.default_rng(1)
    days = [f"2026-{month:02d}-{day:02d}" for month in (3, 4) for day in range(1, 29)]
    lines = [f"{day},{60 if day == '2026-04-20' else 7 + n % 3}" for n, day in enumerate(days)]
    (tmp_path / "mixed.csv").write_text("\n".join(["day,count", *rng.permutation(lines)]), "utf-8")
    rows = read(
        voc("detect", tmp_path / "mixed.csv", "--time", "day", "--value", "count", "--out", "-").stdout
    )
    assert [row["day"] for row in rows if row["flag"] == "1"] == ["2026-04-20"]


def test_several_series_in_one_file_are_judged_apart(voc, tmp_path):
    lines = [
        f"{name},{step},{40 if (name, step) == ('b', 30) else 5}" for name in "ab" for step in range(1, 41)
    ]
    (tmp_path / "two.csv").write_text("\n".join(["name,t,n", *lines]), "utf-8")
    done = voc("detect", tmp_path / "two.csv", "--time", "t", "--value", "n", "--by", "name", "--out", "-")
    assert [(row["name"], row["t"]) for row in read(done.stdout) if row["flag"] == "1"] == [("b", "30")]


def test_times_that_repeat_ask_for_the_column_that_tells_series_apart(voc, tmp_path):
    (tmp_path / "twice.csv").write_text("day,n\n2026-05-01,1\n2026-05-01,2\n", "utf-8")
    done = voc("detect", tmp_path / "twice.csv", "--time", "day", "--value", "n")
    assert done.returncode == 1
    assert "--by" in done.stderr


def test_a_cell_that_is_no_count_is_named_by_its_row(voc, tmp_path):
    (tmp_path / "bad.csv").write_text("day,n\n2026-05-01,1\n2026-05-02,很多\n", "utf-8")
    done = voc("detect", tmp_path / "bad.csv", "--time", "day", "--value", "n")
    assert "第 3 行的数值「很多」不是数；不知道的请留空或写 NA" in done.stderr


@pytest.mark.parametrize(
    ("step", "shown"),
    [(lambda day: 46023 + day, "2026-02-06"), (lambda day: 1767196800 + day * 86_400, "2026-02-06")],
)
def test_times_that_a_program_numbered_are_shown_as_days(voc, tmp_path, step, shown):
    lines = [f"{step(day)},{40 if day == 36 else 5}" for day in range(50)]
    (tmp_path / "numbered.csv").write_text("\n".join(["day,n", *lines]), "utf-8")
    assert shown in voc("detect", tmp_path / "numbered.csv", "--time", "day", "--value", "n").stdout


def test_figures_far_below_one_are_not_rounded_to_nothing(voc, tmp_path):
    lines = [f"2026-01-{day:02d},{0.05 if day == 28 else 0.005 + day % 3 / 1000}" for day in range(1, 31)]
    (tmp_path / "rates.csv").write_text("\n".join(["day,n", *lines]), "utf-8")
    asked = ("detect", tmp_path / "rates.csv", "--time", "day", "--value", "n")
    (cells,) = re.findall(r"2026-01-28 │ (\S+) │ (\S+) ", voc(*asked).stdout)
    assert cells[0] == "0.05"
    assert 0.005 < float(cells[1]) < 0.008
    (point,) = [one for one in json.loads(voc(*asked, "--json").stdout)["series"][0]["points"] if one["flag"]]
    assert point["value"] > point["upper"] > point["expected"] > 0.005


def test_a_row_of_totals_is_told_as_one(voc, tmp_path):
    (tmp_path / "total.csv").write_text("day,n\n2026-05-01,1\n2026-05-02,2\n合计,3\n", "utf-8")
    done = voc("detect", tmp_path / "total.csv", "--time", "day", "--value", "n")
    assert "第 4 行的时间「合计」不是时点；请先从表里删去汇总行" in done.stderr


def test_among_several_series_the_row_of_the_file_is_named(voc, tmp_path):
    (tmp_path / "bad.csv").write_text("name,t,n\na,1,1\nb,1,1\na,2,1\nb,2,很多\n", "utf-8")
    done = voc("detect", tmp_path / "bad.csv", "--time", "t", "--value", "n", "--by", "name")
    assert "第 5 行的数值「很多」" in done.stderr


def test_a_file_that_reads_in_two_encodings_may_say_which_it_is(voc, tmp_path):
    lines = ["day,n", *(f"2026-05-{day:02d},¥{day}" for day in range(1, 15))]
    (tmp_path / "money.csv").write_text("\n".join(lines), "utf-8")
    asked = voc("detect", tmp_path / "money.csv", "--time", "day", "--value", "n")
    assert "--encoding" in asked.stderr
    told = voc("detect", tmp_path / "money.csv", "--time", "day", "--value", "n", "--encoding", "utf-8")
    assert told.returncode == 0


def test_a_column_without_a_number_is_refused(voc, tmp_path):
    (tmp_path / "none.csv").write_text("day,n\n2026-05-01,NA\n2026-05-02,\n", "utf-8")
    done = voc("detect", tmp_path / "none.csv", "--time", "day", "--value", "n")
    assert done.returncode == 1
    assert "没有一个数" in done.stderr


def test_on_the_screen_a_person_reads_when_how_many_and_what_was_usual(voc, tmp_path):
    done = voc("detect", series(tmp_path / "a.csv", [*USUAL, 80]), "--time", "day", "--value", "count")
    assert "2026-04-15" in done.stdout
    assert "80" in done.stdout
    assert "突增 1 个" in done.stderr


def test_a_shift_of_several_days_is_one_line_on_the_screen_and_every_day_of_it_is_a_flag(voc, tmp_path):
    asked = (
        "detect",
        series(tmp_path / "a.csv", [*USUAL, 40, 55, 45, 9]),
        "--time",
        "day",
        "--value",
        "count",
    )
    done, (one,) = voc(*asked), json.loads(voc(*asked, "--json").stdout)["series"]
    assert re.search(r"2026-04-15 至 2026-04-17\s*│ 55", done.stdout)
    assert "突增 3 个，合 1 段" in done.stderr
    assert [point["time"] for point in one["points"] if point["flag"]] == [
        "2026-04-15", "2026-04-16", "2026-04-17",
    ]  # fmt: skip
    assert one["episodes"] == [
        {"start": "2026-04-15", "end": "2026-04-17", "flags": 3, "highest": "2026-04-16"}
    ]
