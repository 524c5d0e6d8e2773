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
