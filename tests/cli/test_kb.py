"""voc kb: answers come in from the tables people keep them in."""

import json

import pytest


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_answers_are_imported_from_a_table_as_people_keep_it(voc_at_home, tmp_path, encoding):
    (tmp_path / "问答.csv").write_bytes(
        "问题,答复,其他问法\n怎么退货,在订单里点退货,如何退|退货流程\n".encode(encoding)
    )
    done = voc_at_home("kb", "import", "问答.csv", "--publish")
    assert (done.returncode, done.stdout) == (0, "已添加 1 条，已发布。\n")
    (entry,) = json.loads(voc_at_home("kb", "list", "--json").stdout)
    assert (entry["question"], entry["answer"]) == ("怎么退货", "在订单里点退货")


def test_a_table_without_answers_is_refused(voc_at_home, tmp_path):
    (tmp_path / "a.csv").write_text("问题\n怎么退货\n", "utf-8")
    done = voc_at_home("kb", "import", "a.csv")
    assert (done.returncode, "没有「问题」和「答复」两列" in done.stderr) == (1, True)
