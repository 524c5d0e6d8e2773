"""Prefect reads its environment when it is imported; what is set later must reach it all the same."""

import os
import subprocess
import sys

from prefect.settings import get_current_settings


def test_a_server_that_starts_after_prefect_was_imported_is_the_one_that_is_used(prefect_api):
    assert get_current_settings().api.url == prefect_api


def test_every_command_finds_prefect_in_the_home_folder(tmp_path):
    code = "import sys; sys.argv = ['voc', 'status', '--help']\nimport cli\n" \
        "try: cli.main()\nexcept SystemExit: pass\n" \
        "from prefect.settings import get_current_settings\nprint(get_current_settings().home)"  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment["VOC_HOME"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith(str(tmp_path / "prefect"))
