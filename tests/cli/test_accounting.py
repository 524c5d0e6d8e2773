"""The accounting of rows shows only where rows went, and adds up."""

from cli.accounting import as_accounting
from voc.kpi import PARTS


def counted(**parts):
    return {"path": "a.csv", "error": None, **dict.fromkeys(PARTS, 0), **parts}


def test_columns_nothing_went_to_are_left_out(capsys):
    as_accounting("采集", [counted(read=3, stored=2, blank=1)], {"path": "文件"})
    heading = capsys.readouterr().out.splitlines()[2]
    assert [word for word in heading.split() if word != "┃"] == ["文件", "读入", "入库", "空白"]


def test_rows_that_no_stage_has_taken_up_are_pending_and_a_file_that_was_not_read_says_why(capsys):
    waiting = counted(read=2)
    broken = {**counted(), **dict.fromkeys(PARTS), "read": None, "error": "缺少列"}
    as_accounting("采集", [waiting, broken], {"path": "文件"})
    shown = capsys.readouterr().out
    assert "待处理" in shown
    assert "缺少列" in shown
