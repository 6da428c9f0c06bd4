"""The configuration file: read strictly, answered in words."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.interfaces import WrongUse
from collective.hoard.monitoring.poller.configuration import load
import pytest


@pytest.mark.parametrize(
    "text,words",
    [
        ("[databse]\nurl = 'x'", r"\[databse\] is not a known section"),
        ("[database]\nulr = 'x'", "database.ulr is not a known setting"),
        ("[database]\nurl = 7", "database.url must be a text"),
        ("[poller]\nconcurrency = '9'", "poller.concurrency must be a whole number"),
        ("[poller]\nconcurrency = 0", "poller.concurrency must be at least 1"),
        ("[poller]\nconcurrency = true", "poller.concurrency must be a whole number"),
        ("[reach]\nallowed = ['10.0.0.0/99']", "reach: .*10.0.0.0/99"),
        ("[reach]\nprivate = 'no'", "reach.private must be true or false"),
        ("[exec]\ncommands = {sh = 'sh'}", "exec.commands.sh: sh is not"),
        ("[exec]\ndirectories = ['/none']", "there is no folder /none"),
        ("[http]\nlisten = '8094'", "http.listen must be like"),
        ("[http]\ntls_key = 'x'", "belong together"),
        ("[database]\nurl = 'env:HOARD_NONE'", "HOARD_NONE is not set"),
        ("[[mqtt]]\ntopic = 'x'", "mqtt.url is missing"),
        ("[telling]\nlnik = 'x'", "telling.lnik"),
        ("[telling.channels.pigeon]\nx = 1", "'pigeon' is no channel"),
        ("database = 1", "database"),
        ("x = [", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, words):
    path = tmp_path / "poller.toml"
    path.write_text(text)
    with pytest.raises(WrongUse, match=words):
        load(path)


def test_all_that_is_wrong_is_named_at_once(tmp_path):
    path = tmp_path / "poller.toml"
    path.write_text("[a]\n[b]\n[poller]\nx = 1\ny = 2")
    with pytest.raises(WrongUse) as caught:
        load(path)
    assert str(caught.value).count("\n") == 4


def test_the_command_examines_and_starts_nothing(tmp_path, capsys):
    path = tmp_path / "poller.toml"
    path.write_text(f"[database]\nurl = '{tmp_path}/none.db'")
    assert main(["run", "--config", str(path), "--check-config"]) == 0
    assert "all right" in capsys.readouterr().out
    assert not (tmp_path / "none.db").exists()


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["run", "--config", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_example_of_the_documentation_is_right(tmp_path, monkeypatch):
    from pathlib import Path
    import re

    page = Path(__file__).parents[3] / "docs" / "reference" / "poller.md"
    for name in re.findall(r"env:([A-Z_]+)", page.read_text()):
        monkeypatch.setenv(name, "amqp://x" if "URL" in name else "x")
    for number, text in enumerate(
        re.findall(r"```toml\n(.*?)```", page.read_text(), re.S)
    ):
        path = tmp_path / f"{number}.toml"
        # The folders of the example are not there.
        path.write_text(text.replace("/var/lib/hoard", str(tmp_path)))
        load(path)
