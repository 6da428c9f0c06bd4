"""From plain data to a checked definition, or to the list of its problems."""

from collective.hoard.forms.browser.drawing import draw
from collective.hoard.forms.definition import empty_definition
from collective.hoard.forms.definition import MAX_FIELDS
from collective.hoard.forms.definition import parse
from collective.hoard.forms.definition import parse_json
from collective.hoard.forms.interfaces import DefinitionError
from collective.hoard.forms.interfaces import Limits
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import copy
import json
import pytest


pytestmark = pytest.mark.usefixtures("kinds")
COLOURS = [{"value": "red", "title": "Red"}, {"value": "blue"}]


def field(kind="text", id="name", title="Name", **settings):
    return {"id": id, "kind": kind, "title": title, **settings}


def definition(*fields, **extra):
    return {"version": 1, "fieldsets": [{"id": "main", "fields": list(fields)}]} | extra


def problems(data):
    with pytest.raises(DefinitionError) as refused:
        parse(data)
    return dict(refused.value.problems)


FULL = definition(
    field("text", "a", help="h", required=True, default="abc", min_length=1)
    | {
        "max_length": 5,
        "pattern": "[a-z]+",
        "pattern_message": "m",
        "placeholder": "p",
    },
    field("long_text", "b", rows=3, default="x\ny"),
    field("email", "c", default="a@example.org"),
    field("url", "d", default="https://example.org/"),
    field("integer", "e", min=-5, max=10**15, default=7),
    field("decimal", "f", min=-0.5, max=1e3, default="2.50"),
    field("yes_no", "g", required=True, default=False),
    field("one_of", "h", options=COLOURS, appearance="radio", default="red"),
    field("many_of", "i", options=COLOURS, min_choices=1, max_choices=2)
    | {"default": ["red", "blue"], "appearance": "select"},
    field("date", "j", min="2000-01-01", max="2030-12-31", default="2026-02-28"),
    field("date_time", "k", default="2026-02-28T10:00:00+01:00"),
    field("file", "l", max_size=10, extensions=["pdf", ".PNG"]),
    field("static_text", "m", text="Read\n\nthis."),
    field("hidden", "n", default="v", max_length=9),
)


def test_what_was_parsed_is_kept_as_it_was():
    before = copy.deepcopy(FULL)

    parsed = parse(FULL)

    assert parsed.data == before == FULL
    assert parse(json.loads(json.dumps(parsed.data))) == parsed
    assert [f.kind for f in parsed.fields] == [
        f["kind"] for f in before["fieldsets"][0]["fields"]
    ]


def test_a_form_without_fields_is_good():
    assert parse(empty_definition()).fields == ()
    assert parse_json(b'{"version": 1, "fieldsets": []}').fieldsets == ()


PATHS = [
    (field(id="Name"), "id"),
    (field(id="_s"), "id"),
    (field(id="a" * 65), "id"),
    (field(id="a\n"), "id"),
    (field(id="é"), "id"),
    (field(id=7), "id"),
    ({"kind": "text", "title": "No id"}, "id"),
    (field(title=""), "title"),
    (field(title="  "), "title"),
    (field(title=None), "title"),
    (field(title=["a"]), "title"),
    (field(title="a\x00b"), "title"),
    (field(title="a\x1bb"), "title"),
    (field(help=3), "help"),
    (field(help="\x08"), "help"),
    (field(required="yes"), "required"),
    (field(required=1), "required"),
    (field("spaceship"), "kind"),
    (field(None), "kind"),
    (field(["text"]), "kind"),
    (field({}), "kind"),
    (field(colour="red"), "colour"),
    (field("integer", rows=3), "rows"),
    (field(max_length="5"), "max_length"),
    (field(max_length=True), "max_length"),
    (field(max_length=5.0), "max_length"),
    (field(max_length=-1), "max_length"),
    (field(max_length=0), "max_length"),
    (field(max_length=2**53), "max_length"),
    (field(min_length=6, max_length=5), "min_length"),
    (field(pattern="("), "pattern"),
    (field(pattern="(?=a)"), "pattern"),
    (field(pattern=r"(a)\1"), "pattern"),
    (field(pattern="a" * 1001), "pattern"),
    (field(pattern="(a{1000}){1000}"), "pattern"),
    (field(pattern_message=5), "pattern_message"),
    (field(default=5), "default"),
    (field(default="too long", max_length=3), "default"),
    (field(default="two\nlines"), "default"),
    (field(default="a", pattern="b"), "default"),
    (field(default="a" * 10_001), "default"),
    (field("email", default="nobody"), "default"),
    (field("url", default="javascript:alert(1)"), "default"),
    (field("integer", min=2, max=1), "min"),
    (field("integer", min="2"), "min"),
    (field("integer", min=1.5), "min"),
    (field("integer", min=True), "min"),
    (field("integer", min=10**40), "min"),
    (field("decimal", max=1e300), "max"),
    (field("integer", min=2, default=1), "default"),
    (field("integer", default=True), "default"),
    (field("integer", default="one"), "default"),
    (field("decimal", default="1e5"), "default"),
    (field("yes_no", default="perhaps"), "default"),
    (field("one_of"), "options"),
    (field("one_of", options=[]), "options"),
    (field("one_of", options="red"), "options"),
    (field("one_of", options=["red"]), "options"),
    (field("one_of", options=[{"title": "Red"}]), "options"),
    (field("one_of", options=[{"value": ""}]), "options"),
    (field("one_of", options=[{"value": " red"}]), "options"),
    (field("one_of", options=[{"value": "a|b"}]), "options"),
    (field("one_of", options=[{"value": "a\nb"}]), "options"),
    (field("one_of", options=[{"value": "a\x00"}]), "options"),
    (field("one_of", options=[{"value": "a", "title": "A\nB"}]), "options"),
    (field("one_of", options=[{"value": "a", "colour": "b"}]), "options"),
    (field("one_of", options=[{"value": "a"}, {"value": "a"}]), "options"),
    (field("one_of", options=[{"value": 1}]), "options"),
    (field("one_of", options=[{"value": str(i)} for i in range(1001)]), "options"),
    (field("one_of", options=COLOURS, appearance="checkboxes"), "appearance"),
    (field("one_of", options=COLOURS, default="green"), "default"),
    (field("many_of", options=COLOURS, default=["green"]), "default"),
    (field("many_of", options=COLOURS, default="green"), "default"),
    (field("many_of", options=COLOURS, min_choices=2, max_choices=1), "min_choices"),
    (field("many_of", options=COLOURS, min_choices=3), "min_choices"),
    (field("many_of", options=COLOURS, max_choices=0), "max_choices"),
    (field("date", min="yesterday"), "min"),
    (field("date", min="2026-02-30"), "min"),
    (field("date", min=20260101), "min"),
    (field("date", min="2026-01-02", max="2026-01-01"), "min"),
    (field("date", max="2026-01-01", default="2026-01-02"), "default"),
    (field("date_time", default="2026-01-01"), "default"),
    (field("date_time", default="9999-12-31T23:59:59-12:00"), "default"),
    (field("file", default="a"), "default"),
    (field("file", max_size=0), "max_size"),
    (field("file", extensions=["tar.gz"]), "extensions"),
    (field("file", extensions=[7]), "extensions"),
    (field("file", extensions="pdf"), "extensions"),
    (field("static_text"), "text"),
    (field("static_text", text="a", required=True), "required"),
    (field("static_text", text="a", default="b"), "default"),
    (field("hidden", required=True), "required"),
]


@pytest.mark.parametrize("entry,where", PATHS, ids=lambda v: str(v)[:60])
def test_a_wrong_field_is_named_by_its_path(entry, where):
    found = problems(definition(field(id="good"), entry))

    assert list(found) == [f"fieldsets[0].fields[1].{where}"]


WHOLE = [
    (None, ""),
    ([], ""),
    ("text", ""),
    ({}, "version"),
    ({"version": 1}, "fieldsets"),
    ({"version": 1, "fieldsets": {}}, "fieldsets"),
    ({"version": "1", "fieldsets": []}, "version"),
    ({"version": True, "fieldsets": []}, "version"),
    ({"version": 1.0, "fieldsets": []}, "version"),
    ({"version": 0, "fieldsets": []}, "version"),
    ({"version": 2, "fieldsets": 7, "pages": []}, "version"),
    ({"version": 1, "fieldsets": [], "colour": 1}, "colour"),
    ({"version": 1, "fieldsets": [7]}, "fieldsets[0]"),
    ({"version": 1, "fieldsets": [{"id": "a"}]}, "fieldsets[0].fields"),
    ({"version": 1, "fieldsets": [{"fields": []}]}, "fieldsets[0].id"),
    (
        {"version": 1, "fieldsets": [{"id": "a", "fields": [7]}]},
        "fieldsets[0].fields[0]",
    ),
    (
        {"version": 1, "fieldsets": [{"id": "a", "fields": [], "x": 1}]},
        "fieldsets[0].x",
    ),
    (
        {"version": 1, "fieldsets": [{"id": "a", "fields": [], "title": 1}]},
        "fieldsets[0].title",
    ),
    (
        {"version": 1, "fieldsets": [{"id": "a", "fields": [], "description": "\0"}]},
        "fieldsets[0].description",
    ),
    (definition(field(default=float("nan"))), ""),
    (definition(field("decimal", min=float("inf"))), ""),
    (definition(field(title="\ud800")), ""),
    (definition(field(title="a" * 1_000_000)), ""),
    ({"version": 1, "fieldsets": [], "x": object}, ""),
    ({"version": 1, "fieldsets": [], 7: 1}, ""),
    ({"version": 1, "fieldsets": [], None: 1}, ""),
    (definition({7: 8}), ""),
]


@pytest.mark.parametrize("data,where", WHOLE, ids=lambda v: str(v)[:60])
def test_a_wrong_definition_is_named_by_its_path(data, where):
    assert list(problems(data)) == [where]


def test_all_problems_are_found_at_once():
    found = problems(
        definition(field(id="A"), field("ship", title=""), {"kind": "text"})
    )

    assert set(found) == {
        "fieldsets[0].fields[0].id",
        "fieldsets[0].fields[1].title",
        "fieldsets[0].fields[1].kind",
        "fieldsets[0].fields[2].id",
        "fieldsets[0].fields[2].title",
    }


def test_each_path_is_named_once():
    with pytest.raises(DefinitionError) as refused:
        parse(definition(field(title=0), field(id="b", title="")))

    paths = [path for path, _text in refused.value.problems]
    assert len(paths) == len(set(paths)) == 2


def test_ids_differ_across_fieldsets():
    data = {
        "version": 1,
        "fieldsets": [
            {"id": "a", "fields": [field()]},
            {"id": "a", "fields": [field()]},
        ],
    }

    assert set(problems(data)) == {"fieldsets[1].id", "fieldsets[1].fields[0].id"}


def test_a_newer_version_says_what_to_do():
    (message,) = problems({"version": 2, "fieldsets": []}).values()

    assert "update" in message


TEXTS = [
    "",
    "nothing",
    b"\xff\xfe",
    "{",
    "NaN",
    '{"version": 1, "fieldsets": [], "version": NaN}',
    "[" * 100_000,
    '{"a":' * 100_000,
    "9" * 5000,
    '{"version": 1, "fieldsets": [], "x": %s}' % ("9" * 5000),
    '{"version": 1, "fieldsets": [], "x": 1e400}',
    r'{"version": 1, "fieldsets": [], "\ud800": 1}',
    " " * 10_000_000 + "{}",
    '{"version": 1, "fieldsets": [], "x": "%s"}' % ("x" * 10_000_000),
    '{"version": 1, "fieldsets": [], "x": ' + "[" * 900 + "]" * 900 + "}",
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda v: repr(v[:20]))
def test_text_that_is_no_definition_is_refused(text):
    with pytest.raises(DefinitionError) as refused:
        parse_json(text)

    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize(
    "text", ["a" * 6_000_001, b"a" * 6_000_001], ids=["text", "bytes"]
)
def test_text_that_is_too_long_is_not_even_read(text):
    with pytest.raises(DefinitionError, match="larger than 1,000,000"):
        parse_json(text)


def test_many_fields_are_refused_in_one_line():
    many = [field(id=f"f{i}") for i in range(10_000)]

    (found,) = problems(definition(*many)).items()

    assert found[0] == "fieldsets"
    assert "10000" in DefinitionError([found]).args[0]


def test_as_many_fields_as_allowed_are_good():
    many = [field(id=f"f{i}") for i in range(MAX_FIELDS)]

    assert len(parse(definition(*many)).fields) == MAX_FIELDS


def test_many_unknown_keys_do_not_make_an_endless_message():
    data = definition(**{f"k{i}": 1 for i in range(50_000)})

    assert len(problems(data)) < 200


def test_a_message_never_holds_what_cannot_be_shown():
    path, _message = next(iter(problems(definition(**{"a\x00\nb": 1})).items()))

    assert path.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
KEYS = st.sampled_from(
    "id kind title help required default options min max pattern rows text "
    "extensions min_choices appearance max_length max_size".split()
)
KINDS = (
    "text long_text integer decimal yes_no one_of many_of date date_time file".split()
)


def nearly(kinds):
    """Data that comes close to a definition, to get past the first checks."""
    fields = st.dictionaries(KEYS, JSON).map(
        lambda data: {"id": "a", "title": "A", **data}
    )
    fields = st.tuples(fields, st.sampled_from(kinds)).map(
        lambda pair: pair[0] | {"kind": pair[1]}
    )
    return st.lists(fields | JSON, max_size=3).map(lambda found: definition(*found))


@given(JSON | nearly(KINDS))
@settings(max_examples=150, deadline=None)
def test_whatever_comes_only_a_definition_error_is_raised(data):
    try:
        parsed = parse(data)
    except DefinitionError as error:
        assert error.problems
        assert all(isinstance(path, str) for path, _text in error.problems)
    else:
        draw(parsed, Limits())


titles = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
ids = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
values = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="|"), min_size=1
)
GOOD = {
    "text": st.fixed_dictionaries(
        {},
        optional={"min_length": st.integers(0, 3), "max_length": st.integers(3, 2**52)},
    ),
    "integer": st.fixed_dictionaries(
        {}, optional={"min": st.integers(-(10**30), 0), "max": st.integers(0, 10**30)}
    ),
    "decimal": st.fixed_dictionaries(
        {},
        optional={
            "min": st.floats(-1e9, 0).map(lambda n: round(n, 9)),
            "max": st.floats(0, 1e9).map(lambda n: round(n, 9)),
        },
    ),
    "one_of": st.fixed_dictionaries(
        {
            "options": st.lists(values, min_size=1, unique=True).map(
                lambda found: [{"value": one, "title": one[::-1]} for one in found]
            )
        }
    ),
    "yes_no": st.fixed_dictionaries({}, optional={"default": st.booleans()}),
    "date": st.fixed_dictionaries({}, optional={"default": st.dates().map(str)}),
    "static_text": st.fixed_dictionaries({"text": titles}),
}


@st.composite
def good_definitions(draw_one):
    names = draw_one(st.lists(ids, unique=True, max_size=6))
    fields = []
    for name in names:
        kind = draw_one(st.sampled_from(sorted(GOOD)))
        fields.append(field(kind, name, draw_one(titles), **draw_one(GOOD[kind])))
    return definition(*fields)


@given(good_definitions())
@settings(max_examples=60, deadline=None)
def test_good_definitions_round_trip_and_can_be_drawn(data):
    parsed = parse_json(json.dumps(data))

    assert parsed.data == data
    groups = draw(parsed, Limits())
    assert [w.name for g in groups for w in g.widgets] == [
        f"field.{f.id}" for f in parsed.fields
    ]
