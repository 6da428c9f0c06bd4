"""Whole lists of checks by PUT: insert, keep, remove (S1)."""

import pytest


SHOP = {"kind": "http", "address": "127.0.0.1", "host": "shop.example"}
BLOG = {"kind": "https", "host": "blog.example", "interval": 600}


@pytest.fixture
def put(site, poller):
    """``put(rows)``: (status, answer) of putting the whole list."""
    token = site.token("hosting", lists=True, owner_group="customers")
    running = poller(reach={"allowed": ["127.0.0.0/8"]})

    def put_list(rows, path="/checks", token=token, **options):
        document = {"checks": rows}
        return running.send(path, document, token, method="PUT", **options)

    return put_list


def living(site):
    query = "SELECT name, id FROM check_ WHERE removed IS NULL ORDER BY name"
    return dict(site.ask(query))


def test_new_checks_are_inserted(put, site):
    status, answer = put([SHOP, BLOG])
    assert (status, answer["inserted"]) == (200, 2)
    assert sorted(living(site)) == [
        "http://shop.example at 127.0.0.1",
        "https://blog.example",
    ]
    assert site.ask("SELECT DISTINCT owner_group, list_source FROM check_") == [
        ("customers", "hosting")
    ]


def test_the_same_list_again_keeps_the_numbers(put, site):
    put([SHOP, BLOG])
    before = living(site)
    _, answer = put([BLOG, SHOP])
    assert (answer["kept"], answer["inserted"], answer["removed"]) == (2, 0, 0)
    assert living(site) == before


def test_a_change_keeps_the_number(put, site):
    put([SHOP])
    before = living(site)
    _, answer = put([{**SHOP, "interval": 60, "slot": 120}])
    assert answer["changed"] == 1
    assert living(site) == before
    assert site.ask("SELECT slot FROM regime ORDER BY since DESC LIMIT 1") == [(120,)]


def test_what_is_gone_is_removed_and_can_come_back(put, site):
    put([SHOP, BLOG])
    before = living(site)
    assert put([BLOG])[1]["removed"] == 1
    assert list(living(site)) == ["https://blog.example"]
    put([SHOP, BLOG])
    assert living(site) == before


def test_lists_do_not_touch_the_checks_of_others(put, site):
    site.add("own")
    put([SHOP])
    put([], "/checks?force=1")
    assert list(living(site)) == ["own"]


def test_a_name_of_another_list_is_refused(put, site):
    site.add("own")
    status, answer = put([{**SHOP, "name": "own"}])
    assert status == 422
    assert "not of this list" in answer["error"]


def test_a_list_that_ends_most_checks_is_doubted(put, site):
    rows = [{**SHOP, "host": f"s{n}.example"} for n in range(30)]
    put(rows)
    status, answer = put(rows[:5])
    assert status == 422
    assert "force=1" in answer["error"]
    assert len(living(site)) == 30
    assert put(rows[:5], "/checks?force=1")[0] == 200
    assert len(living(site)) == 5


@pytest.mark.parametrize(
    "row,words",
    [
        ({"kind": "gopher", "host": "a.example"}, "kind must be"),
        ({"kind": "http"}, "name, a host or an address"),
        ({**SHOP, "params": {"paht": "/"}}, "Unknown parameters: paht"),
        ({**SHOP, "colour": "red"}, "Unknown keys: colour"),
        ({**SHOP, "interval": 1}, "from 5 to 2678400 (31 days)"),
        ({**SHOP, "interval": 10**22}, "interval must be"),
        ({**SHOP, "slot": 99_999_999_999}, "slot must be"),
        ({**SHOP, "fresh": 32 * 86_400}, "fresh must be"),
        ({**SHOP, "grace": 10**300}, "grace must be"),
        ({**SHOP, "port": 65_536}, "port must be"),
        ({**SHOP, "title": "a\nb"}, "title must be"),
        ({**SHOP, "port": "80"}, "port must be"),
        ({**SHOP, "address": "10.1.1.1"}, "not a public address"),
        ({"kind": "exec", "name": "x", "params": {"command": "sh"}}, "Only managers"),
        ("shop", "object"),
        ({**SHOP, "name": 7}, "name must be"),
        ({**SHOP, "timeout": 1e9}, "time-out"),
    ],
)
def test_a_list_with_one_bad_check_is_refused_as_a_whole(put, site, row, words):
    status, answer = put([BLOG, row])
    assert status == 422
    assert "Check 2" in answer["problems"][0]
    assert words in answer["problems"][0]
    assert living(site) == {}


def test_a_check_that_is_twice_in_the_list_is_refused(put):
    assert "twice" in put([SHOP, SHOP])[1]["error"]


def test_a_source_of_results_may_not_put_lists(put, site):
    assert put([SHOP], token=site.token("scripts"))[0] == 403


def test_what_is_no_list_is_refused(put, site):
    assert put({"a": 1})[0] == 422
    assert put(None, raw=b"{")[0] == 400


def test_lists_of_trusted_groups_may_have_private_addresses(site, poller):
    token = site.token("office", lists=True, owner_group="Administrators")
    running = poller()

    document = {"checks": [{**SHOP, "address": "10.1.1.1"}]}
    status, _answer = running.send("/checks", document, token, method="PUT")

    assert status == 200
