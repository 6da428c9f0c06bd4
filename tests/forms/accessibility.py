"""What a page must keep so that everybody can use it; see `problems`."""

from bs4 import BeautifulSoup
from collections import Counter


BLOCKS = "address article div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul".split()
FOCUSABLE = "a button input select textarea".split()
SILENT = ("hidden", "submit", "button", "image", "reset")


def main_part(html):
    """The part of a page that is ours: without header, toolbar and footer."""
    soup = BeautifulSoup(html, "html.parser")
    return soup.find(id="content") or soup


def problems(html):
    """Everything wrong with a page, as a list of lines."""
    soup = BeautifulSoup(html, "html.parser")
    ours = main_part(html)
    return [
        *_headings(soup),
        *_ids(soup, ours),
        *_labels(ours),
        *_described(soup, ours),
        *_links(soup, ours),
        *_nesting(ours),
        *_focus(ours),
        *_groups(ours),
        *_buttons(ours),
    ]


def _headings(soup):
    count = len(soup.find_all("h1"))
    if count != 1:
        yield f"{count} h1"
    levels = [
        int(h.name[1]) for h in main_part(str(soup)).find_all(["h1", "h2", "h3", "h4"])
    ]
    for before, after in zip(levels, levels[1:], strict=False):
        if after > before + 1:
            yield f"h{after} after h{before}"


def _ids(soup, ours):
    counted = Counter(tag["id"] for tag in soup.find_all(id=True))
    for tag in ours.find_all(id=True):
        if counted[tag["id"]] > 1:
            yield f"id {tag['id']} is there {counted[tag['id']]} times"
        if not tag["id"] or " " in tag["id"] or tag["id"].endswith("-"):
            yield f"odd id {tag['id']!r}"


def _inputs(ours):
    for tag in ours.find_all(["input", "select", "textarea"]):
        if tag.name != "input" or tag.get("type", "text") not in SILENT:
            yield tag


def _labels(ours):
    for tag in _inputs(ours):
        labels = ours.find_all("label", attrs={"for": tag.get("id") or "?"})
        if len(labels) != 1:
            yield f"{tag.get('name')} has {len(labels)} labels"
        elif not labels[0].get_text(strip=True):
            yield f"{tag.get('name')} has an empty label"
    for label in ours.find_all("label"):
        if not ours.find(id=label.get("for")):
            yield f"a label for {label.get('for')}, which is not there"


def _described(soup, ours):
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for tag in ours.find_all(attrs={attribute: True}):
            if not tag[attribute].split():
                yield f"empty {attribute}"
            for one in tag[attribute].split():
                if soup.find(id=one) is None:
                    yield f"{attribute} names {one}, which is not there"


def _links(soup, ours):
    for link in ours.find_all("a", href=True):
        if not link.get_text(strip=True) and not link.get("aria-label"):
            yield f"link without text to {link['href']}"
        if link["href"].startswith("#"):
            target = soup.find(id=link["href"][1:])
            if target is None or not _can_have_focus(target):
                yield f"{link['href']} cannot have the focus"


def _can_have_focus(tag):
    hidden = tag.name == "input" and tag.get("type") == "hidden"
    return tag.has_attr("tabindex") or (tag.name in FOCUSABLE and not hidden)


def _nesting(ours):
    for tag in ours.find_all("p"):
        for inner in tag.find_all(BLOCKS):
            yield f"<{inner.name}> in <p>"
    for name in ("form", "a", "button", "label"):
        for tag in ours.find_all(name):
            if tag.find(name):
                yield f"<{name}> in <{name}>"
    for listed in ours.find_all(["ul", "ol"]):
        for child in listed.find_all(recursive=False):
            if child.name != "li":
                yield f"<{child.name}> in <{listed.name}>"
    for tag in ours.find_all(
        ["span", "strong", "em", "small", "h1", "h2", "h3", "legend"]
    ):
        for inner in tag.find_all(["div", "p", "ul", "fieldset", "form"]):
            yield f"<{inner.name}> in <{tag.name}>"


def _focus(ours):
    for tag in ours.find_all(attrs={"tabindex": True}):
        if int(tag["tabindex"]) > 0:
            yield f"positive tabindex on {tag.get('name')}"
    for tag in ours.find_all(attrs={"aria-hidden": "true"}):
        for inner in [
            *tag.find_all(FOCUSABLE),
            *([tag] if tag.name in FOCUSABLE else []),
        ]:
            if inner.get("tabindex") != "-1":
                yield f"{inner.get('name')} is hidden but can have the focus"
    if len(ours.find_all(attrs={"autofocus": True})) > 1:
        yield "two autofocus"


def _groups(ours):
    for tag in ours.find_all("fieldset"):
        first = tag.find(recursive=False)
        if first is None or first.name != "legend" or not first.get_text(strip=True):
            yield f"fieldset {tag.get('id')} does not begin with a legend"
    names = Counter(
        tag.get("name") for tag in ours.find_all("input", type=["radio", "checkbox"])
    )
    for tag in ours.find_all("input", type="radio"):
        if names[tag.get("name")] > 1 and tag.find_parent("fieldset") is None:
            yield f"radio {tag.get('name')} without a fieldset"
    for tag in ours.find_all(attrs={"required": True}):
        group = tag.find_parent("fieldset", class_="hoard-choices")
        label = group.legend if group else ours.find("label", attrs={"for": tag["id"]})
        if "*" not in label.get_text():
            yield f"{tag.get('name')} is required, but its label does not say so"


def _buttons(ours):
    for tag in ours.find_all("button"):
        shown = "".join(
            text for text in tag.find_all(string=True)
            if text.find_parent(attrs={"aria-hidden": "true"}) is None
        )  # fmt: skip
        if not shown.strip() and not tag.get("aria-label"):
            yield f"button {tag.get('name')} without a name"
