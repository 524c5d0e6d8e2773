"""Settings that are made, not given."""

from settings import Settings, _write_once


def test_the_key_of_pseudonyms_is_made_once_and_only_the_owner_reads_it(tmp_path):
    settings = Settings(home=tmp_path)
    key = settings.pseudonym_key()
    assert (len(key), settings.pseudonym_key()) == (32, key)
    assert (tmp_path / "secrets" / "pseudonym.key").stat().st_mode & 0o777 == 0o600


def test_who_comes_second_takes_the_secret_of_who_came_first(tmp_path):
    path = tmp_path / "pseudonym.key"
    _write_once(path, b"first")
    _write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert [file.name for file in tmp_path.iterdir()] == ["pseudonym.key"]


def test_what_lies_with_the_data_holds_wherever_one_stands_until_the_folder_or_the_environment_says_otherwise(
    tmp_path, monkeypatch
):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "voc.toml").write_text('company = "晴川"\nworkers = 3\nsession_hours = 5', "utf-8")
    (tmp_path / "voc.toml").write_text(f'home = "{tmp_path}"\nworkers = 4\nsession_hours = 6', "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOC_SESSION_HOURS", "7")
    for name in ("VOC_HOME", "VOC_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    read = Settings()
    assert (read.company, read.workers, read.session_hours) == ("晴川", 4, 7)


def test_a_house_without_a_file_of_its_own_takes_the_defaults(tmp_path):
    assert Settings(home=tmp_path / "nothing").company == "本公司"
