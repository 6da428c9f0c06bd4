"""The script that deletes submissions whose time is over."""

from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.scripts import expire as script
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import make_form
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from pathlib import Path
from ZODB.POSException import ConflictError
from zope.component.hooks import getSite
import pytest
import transaction


@pytest.fixture
def app(functional):
    return functional["app"]


@pytest.fixture
def form(functional):
    found = make_form()
    found.hoard_retention_days = 30
    transaction.commit()
    return found


def days_ago(days):
    return datetime.now(UTC) - timedelta(days=days)


def test_old_rows_go_and_new_ones_stay(app, form):
    add_row(form, {"name": "old"}, days_ago(31))
    young = add_row(form, {"name": "young"}, days_ago(29))
    transaction.commit()
    said = []

    code = script.main(app, said.append)

    transaction.begin()
    assert [row.key for row in find_ledger(form).iter_rows()] == [young]
    assert said == [
        "/plone/contact: 1 submissions deleted",
        "1 submissions deleted in all, 0 forms failed",
    ]
    assert code == 0


def test_forms_without_retention_keep_everything(app, form):
    form.hoard_retention_days = None
    add_row(form, {"name": "old"}, days_ago(3000))
    transaction.commit()

    script.main(app, lambda text: None)

    assert len(find_ledger(form)) == 1


def test_commits_in_batches(app, form, monkeypatch):
    add_rows(form, 1_200, start=days_ago(400))
    transaction.commit()
    sizes = []
    commit = transaction.commit

    def counted():
        commit()
        sizes.append(len(find_ledger(form)))

    monkeypatch.setattr(script.transaction, "commit", counted)
    script.main(app, lambda text: None)

    assert sizes[-3:] == [700, 200, 0]


def test_an_orphan_is_kept_and_named(app, form, functional):
    uid = form.UID()
    add_row(form, {"name": "old"}, days_ago(31))
    functional["portal"].manage_delObjects(["contact"])
    transaction.commit()

    (one,) = script.expire_all(app)

    assert one == script.Expired(uid, None)


def test_one_broken_form_does_not_stop_the_others(app, form):
    broken = make_form("broken")
    find_ledger(broken)._storage["version"] = 99
    add_row(form, {"name": "old"}, days_ago(31))
    transaction.commit()
    said = []

    assert script.main(app, said.append) == 1

    assert any(text.startswith("/plone/broken: FAILED") for text in said)
    assert len(find_ledger(form)) == 0


def test_conflicts_are_tried_again(app, form, monkeypatch):
    add_row(form, {"name": "old"}, days_ago(31))
    transaction.commit()
    expire, calls = script.expire, []

    def conflicting(*args):
        calls.append(args)
        if len(calls) < 3:
            raise ConflictError
        return expire(*args)

    monkeypatch.setattr(script, "expire", conflicting)
    (one,) = script.expire_all(app)

    assert (one.removed, one.problem) == (1, None)


def test_the_current_site_is_put_back(app, form):
    before = getSite()

    list(script.expire_all(app))

    assert getSite() is before


def test_it_runs_as_bin_instance_runs_it(app, form, capsys):
    """``bin/instance run`` executes the file with ``app`` among its globals."""
    add_row(form, {"name": "old"}, days_ago(31))
    transaction.commit()
    source = Path(script.__file__).read_text(encoding="utf-8")

    with pytest.raises(SystemExit) as caught:
        names = {"__name__": "__main__", "app": app}
        exec(compile(source, script.__file__, "exec"), names)

    assert caught.value.code == 0
    assert "/plone/contact: 1 submissions deleted" in capsys.readouterr().out
