"""voc source: try a definition, register it, list what is registered."""

import json

import pytest

RECORDS = [{"id": 1, "content": "我叫张三丰，电话13912345678，师傅没来", "at": "2026-06-01 09:00"}]


@pytest.fixture
def definition(tmp_path, httpserver):
    """Return a way to write a definition of a source that is pulled."""
    httpserver.expect_request("/feedback").respond_with_json({"list": RECORDS})

    def write(**values):
        said = {"name": "tickets", "title": "工单系统", "kind": "http", "channel": "ticket", **values}
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
        lines += ["[pull]", f'url = "{httpserver.url_for("/feedback")}"', 'items = "list"']
        (tmp_path / "tickets.toml").write_text("\n".join(lines), encoding="utf-8")
        return "tickets.toml"

    return write


def test_trying_shows_fields_and_masked_cells_and_stores_nothing(voc_at_home, definition):
    done = voc_at_home("source", "try", definition())
    assert (done.returncode, "来源的字段：id、content、at" in done.stdout) == (0, True)
    assert "师傅没来" in done.stdout
    assert [canary for canary in ("张三丰", "13912345678") if canary in done.stdout] == []


def test_cells_that_would_not_be_understood_are_told(voc_at_home, tmp_path):
    (tmp_path / "a.csv").write_text("内容,时间,星级\n很好,10月7日,五\n不好,2026-10-07,9\n", "utf-8")
    lines = [
        'name = "a"',
        'channel = "web"',
        'path = "a.csv"',
        'map = {text="内容", occurred_at="时间", rating="星级"}',
    ]
    (tmp_path / "a.toml").write_text("\n".join(lines), "utf-8")
    told = voc_at_home("source", "try", "a.toml").stdout
    assert "occurred_at 有 1 条看不懂，如「10月7日」" in told
    assert "rating 有 1 条看不懂，如「9」" in told


def test_a_definition_in_another_encoding_is_told_what_to_do(voc_at_home, tmp_path):
    (tmp_path / "a.toml").write_bytes('title = "商城"'.encode("gbk"))
    done = voc_at_home("source", "try", "a.toml")
    assert (done.returncode, "不是 UTF-8 编码" in done.stderr) == (1, True)


def test_the_list_of_sources_fits_on_a_narrow_screen(voc_at_home, definition, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    file = definition(
        name="hotline-transcripts-2026", title="客服热线通话转写", every="30m", owner="customer_service"
    )
    text = (tmp_path / file).read_text("utf-8")
    (tmp_path / file).write_text(text.replace("[pull]", '[map]\ntext = "content"\n[pull]'), encoding="utf-8")
    voc_at_home("source", "add", file)
    shown = voc_at_home("source", "list").stdout
    assert "│ hotline-transcripts-2026 │" in shown
    assert "│ 客服热线通话转写 " in shown


def test_a_wrong_mapping_is_told_before_anything_is_registered(voc_at_home, definition, tmp_path):
    file = definition()
    text = (tmp_path / file).read_text("utf-8")
    (tmp_path / file).write_text(text.replace("[pull]", '[map]\ntext = "words"\n[pull]'), encoding="utf-8")
    done = voc_at_home("source", "try", file)
    assert done.returncode == 1
    assert "缺少列：words；文件里有的列：id、content、at" in done.stderr


def test_a_source_without_a_mapping_is_not_registered(voc_at_home, definition):
    done = voc_at_home("source", "add", definition())
    assert (done.returncode, "缺少 map" in done.stderr) == (1, True)


def test_a_registered_source_is_listed(voc_at_home, definition, tmp_path):
    file = definition(every="1h", owner="customer_service")
    text = (tmp_path / file).read_text("utf-8")
    (tmp_path / file).write_text(text.replace("[pull]", '[map]\ntext = "content"\n[pull]'), encoding="utf-8")
    assert voc_at_home("source", "add", file).returncode == 0
    (row,) = json.loads(voc_at_home("source", "list", "--json").stdout)
    assert (row["name"], row["kind"], row["every"], row["last_success_at"]) == ("tickets", "http", "1h", None)


def test_a_file_that_is_missing_is_named(voc_at_home):
    done = voc_at_home("source", "try", "nowhere.toml")
    assert (done.returncode, "nowhere.toml" in done.stderr) == (1, True)


def test_a_source_that_was_retired_rests_until_it_is_woken(voc_at_home, definition, tmp_path):
    file = definition(every="1h")
    text = (tmp_path / file).read_text("utf-8")
    (tmp_path / file).write_text(text.replace("[pull]", '[map]\ntext = "content"\n[pull]'), encoding="utf-8")
    voc_at_home("source", "add", file)
    assert voc_at_home("source", "pause", "tickets").returncode == 1
    assert voc_at_home("source", "pause", "tickets", "--reason", "系统已下线", "--by", "赵宁").returncode == 0
    assert "已暂停：系统已下线" in voc_at_home("source", "list").stdout
    assert "已经暂停：系统已下线" in voc_at_home("source", "pause", "tickets", "--reason", "再停").stderr
    assert voc_at_home("source", "resume", "tickets", "--by", "赵宁").returncode == 0
    assert "每小时" in voc_at_home("source", "list").stdout
