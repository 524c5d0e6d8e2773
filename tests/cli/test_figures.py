"""voc figures: what could not be taken is told, and is a failure of the command."""


def test_rows_that_cannot_be_read_are_told_and_the_others_taken(voc_at_home, tmp_path):
    (tmp_path / "a.csv").write_text('日期,订单\n2026-10-01,"1,000"\n10月3日,900\n', "utf-8")
    done = voc_at_home("figures", "import", "a.csv")
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "新增 1 个数，更新 0 个。")
    assert "第 3 行：看不懂日期「10月3日」" in done.stdout


def test_a_file_that_is_read_whole_is_a_success(voc_at_home, tmp_path):
    (tmp_path / "a.csv").write_text("经营数据,\n日期,订单\n2026-10-01,1000\n", "utf-8")
    assert voc_at_home("figures", "import", "a.csv").returncode == 0
