"""`hoard-poller source`: a token is changed, and nothing else."""

from collective.hoard.monitoring.command import main
from monitoring.poller.running import Running
import pytest


RIGHTS = (
    "SELECT s.kind, s.enabled, a.lists, a.owner_group FROM source s"
    " JOIN source_access a ON a.source_id = s.id WHERE s.name = 'them'"
)


@pytest.fixture
def source(site, capsys):
    """``source(*words)``: (exit status, the token, what else was said)."""

    def run(*words):
        status = main(["source", *words, "--database", site.url])
        captured = capsys.readouterr()
        return status, captured.out.strip(), captured.err

    return run


def test_a_new_token_keeps_all_else(site, source):
    options = ["--kind", "satellite", "--lists", "--owner-group", "customers"]
    _, first, _ = source("them", *options)
    before = site.ask(RIGHTS)
    status, second, said = source("them")
    assert (status, site.ask(RIGHTS)) == (0, before)
    assert before == [("satellite", 1, 1, "customers")]
    assert first != second
    words = "is of the kind satellite, may keep a list of checks, owner group customers"
    assert words in said


def test_only_the_new_token_is_known(site, source):
    site.add("backup")
    row = {"check": "backup", "status": "ok"}
    tokens = [source("them")[1] for _ in range(2)]
    with Running(site) as running:
        said = [running.send("/results", row, token)[0] for token in tokens]
    assert said == [401, 200]


def test_what_is_said_changes(site, source):
    source("them", "--lists", "--owner-group", "customers")
    source("them", "--no-lists", "--owner-group", "", "--kind", "satellite")
    assert site.ask(RIGHTS) == [("satellite", 1, 0, None)]


@pytest.mark.parametrize("words", [[], ["--disable"], ["--kind", "push"]])
def test_the_pollers_own_source_stays_what_it_is(site, source, words):
    with Running(site):
        pass
    status, token, said = source("local", *words)
    assert (status, token) == (2, "")
    assert "name of a poller" in said
    query = "SELECT kind, enabled FROM source WHERE name = 'local'"
    assert site.ask(query) == [("local", 1)]


def test_disabling_keeps_the_kind_and_is_undone_by_a_new_token(site, source):
    source("them", "--kind", "satellite", "--lists")
    assert source("them", "--disable")[0] == 0
    assert site.ask(RIGHTS) == [("satellite", 0, 1, None)]
    source("them")
    assert site.ask(RIGHTS) == [("satellite", 1, 1, None)]


def test_an_unknown_one_cannot_be_disabled(site, source):
    status, _, said = source("nobody", "--disable")
    assert (status, "no source 'nobody'" in said) == (2, True)
    assert site.ask("SELECT * FROM source WHERE name = 'nobody'") == []


@pytest.mark.parametrize("words", [["a\udcff"], ["them", "--owner-group", "\udcff"]])
def test_bytes_that_are_no_text_are_refused(source, words):
    status, _, said = source(*words)
    assert (status, "no text in UTF-8" in said or "half" in said) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ["source", "them"],
        ["rules", "add", "FILE"],
        ["acknowledge", "--check", "a"],
        ["import", __file__],
    ],
)
def test_a_mistyped_database_is_not_made(tmp_path, capsys, words):
    typo, file = tmp_path / "typo.db", tmp_path / "rules.toml"
    file.write_text("")
    words = [str(file) if word == "FILE" else word for word in words]
    assert main([*words, "--database", str(typo)]) == 2
    assert str(typo) in capsys.readouterr().err
    assert not typo.exists()


@pytest.mark.parametrize("command", ["run", "once"])
def test_the_poller_makes_no_database_by_mistake(tmp_path, capsys, command):
    typo, file = tmp_path / "typo.db", tmp_path / "poller.toml"
    file.write_text(f'[database]\nurl = "{typo}"\n')
    assert main([command, "--config", str(file)]) == 2
    assert "hoard-poller migrate" in capsys.readouterr().err
    assert not typo.exists()
