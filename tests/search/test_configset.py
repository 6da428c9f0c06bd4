"""`hoard-solr`: a home for one Solr, a configuration for many."""

from collective.hoard.search import configset
import json
import os
import pysolr
import pytest
import stat


PROGRAM = """\
#!/bin/sh
printf '%s|' "$@" "$SOLR_HOME" "$SOLR_PORT" "$SOLR_JETTY_HOST" "$SOLR_HEAP" > "$OUT"
"""


def test_a_home_has_our_core(tmp_path):
    configset.make_home(tmp_path)

    assert "name=hoard" in (tmp_path / "hoard" / "core.properties").read_text()
    assert (tmp_path / "hoard" / "conf" / "managed-schema.xml").exists()
    assert (tmp_path / "solr.xml").exists()


def test_a_home_is_brought_up_to_date(tmp_path):
    configset.make_home(tmp_path)
    (tmp_path / "solr.xml").write_text("<solr><!-- ours --></solr>")
    (tmp_path / "hoard" / "data").mkdir()
    (tmp_path / "hoard" / "conf" / "solrconfig.xml").write_text("old")

    configset.make_home(tmp_path)

    assert "ours" in (tmp_path / "solr.xml").read_text()
    assert (tmp_path / "hoard" / "data").is_dir()
    assert (tmp_path / "hoard" / "conf" / "solrconfig.xml").read_text() != "old"


def test_solr_is_run_with_this_home(tmp_path, monkeypatch):
    # Stands for the program of the release, which the test cannot download.
    program = tmp_path / "release" / "bin" / "solr"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    out, home = tmp_path / "out", tmp_path / "home"
    options = [f"--install={tmp_path / 'release'}", f"--home={home}", "--port=7000"]
    monkeypatch.setenv("OUT", str(out))
    if not (pid := os.fork()):
        configset.main(["fg", *options])
    assert os.waitpid(pid, 0)[1] == 0
    assert out.read_text() == f"start|-f|{home}|7000|127.0.0.1|1g|"


def test_without_solr_it_says_what_to_do(tmp_path, capsys):
    assert configset.main(["fg", f"--install={tmp_path}"]) == 1
    said = capsys.readouterr().err
    assert str(tmp_path) in said and "sha512sum" in said


def test_a_server_that_is_not_there_is_said(capsys):
    assert configset.main(["upload", "http://127.0.0.1:1/solr"]) == 1
    assert "did not take the configuration" in capsys.readouterr().err


@pytest.mark.services
def test_one_solr_has_no_place_for_it(solr, capsys):
    assert configset.main(["upload", solr.url.removesuffix("/hoard")]) == 1
    assert "not running in SolrCloud mode" in capsys.readouterr().err


@pytest.mark.services
def test_solrcloud_takes_it(own_server):
    cloud = own_server("solr", cloud=True)
    base = cloud.url.removesuffix("/hoard")
    # Twice: a newer one replaces what is there.
    assert configset.main(["upload", base]) == 0
    assert configset.main(["upload", base]) == 0

    create = "name=hoard&numShards=2&replicationFactor=1&collection.configName=hoard"
    cloud.get(f"../admin/collections?action=CREATE&{create}")
    client = pysolr.Solr(cloud.url, timeout=30)
    client.add([{"id": str(n), "a_s": "x" * 9000} for n in range(20)], commit=True)

    found = client.search("*:*", rows=20)
    assert found.hits == 20
    assert {len(hit["a_s"]) for hit in found} == {8000}
    assert "hoard" in json.dumps(cloud.get("../admin/configs?action=LIST"))
