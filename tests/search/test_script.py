"""The script for ``bin/instance run``."""

from collective.hoard.forms.submit import submit
from collective.hoard.search.scripts import index
from collective.hoard.search.scripts.index import main
from collective.hoard.search.state import find_state
from collective.hoard.testing.samples import make_form
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from runpy import run_path
import pytest
import sys
import transaction


@pytest.fixture
def site(functional):
    portal = functional["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    form = make_form()
    for _ in range(3):
        submit(form, {"name": "Anna"})
    transaction.commit()
    return portal


def run(site, *argv):
    lines = []
    code = main(site.getPhysicalRoot(), argv, lines.append)
    return code, "\n".join(lines)


def test_it_says_how_far_the_index_is_builds_and_checks(site):
    code, told = run(site, "status")
    assert code == 1 and "records behind" in told

    code, told = run(site, "reindex")
    assert code == 0 and "3 entries indexed, 0 forms" in told
    assert run(site, "status")[0] == 0

    code, told = run(site, "check")
    assert code == 0 and "Contact us: 3 entries, 0 missing, 0 extra, 0 old" in told


def test_it_finds_and_repairs_what_is_wrong(site):
    run(site, "reindex")
    for collection in find_state(site)["collections"].values():
        for key in list(collection["docs"])[:1] or list(collection["tail"])[:1]:
            collection["tail"][key] = None
    transaction.commit()
    assert run(site, "check")[0] == 1

    code, told = run(site, "repair")

    assert code == 0 and "1 will be indexed again" in told


def test_it_does_not_wait_as_long_as_it_gets_on(site, monkeypatch):
    waited = []
    monkeypatch.setattr(index, "sleep", waited.append)
    monkeypatch.setattr("collective.hoard.search.embedded.EmbeddedIndex.step", 1)

    code, told = run(site, "reindex")

    assert code == 0 and "3 entries indexed, 0 forms" in told
    assert len(waited) <= 1  # The first step may say no more than what was known.


def test_it_gives_up_when_nothing_goes_on(site, monkeypatch):
    waited = []
    monkeypatch.setattr(index, "sleep", waited.append)
    monkeypatch.setattr(index, "drain_once", lambda site: {})

    code, told = run(site, "reindex")

    assert code == 1 and "No progress" in told
    assert sum(waited) == index.PATIENCE


def test_what_it_is_told_reaches_it_through_bin_instance(site, monkeypatch, capsys):
    started = ["interpreter", "-c", "etc/zope.conf", index.__file__]
    monkeypatch.setattr(
        sys, "argv", [*started, "reindex", "/".join(site.getPhysicalPath())]
    )

    with pytest.raises(SystemExit) as ended:
        run_path(index.__file__, {"app": site.getPhysicalRoot()})

    assert ended.value.code == 0
    assert "3 entries indexed" in capsys.readouterr().out


def test_a_site_that_is_not_there_is_said(site):
    assert run(site, "status", "/nowhere")[0] == 2
