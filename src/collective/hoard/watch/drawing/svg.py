"""Elements of SVG as text, everything escaped."""

from html import escape
from unicodedata import category


NAMESPACE = "http://www.w3.org/2000/svg"


def element(name, *children, **attributes):
    """``<name ...>children</name>``; *children* are made by this module.

    Underscores in names of attributes become hyphens, a final one is dropped.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def words(text):
    """Text without anything that XML does not allow."""
    return escape("".join(filter(is_shown, str(text))))


def is_shown(sign):
    """Whether a sign is seen, a space of any width included. XML allows all of
    these; signs that turn the direction of writing are none.
    """
    return sign.isprintable() or category(sign) == "Zs"


def text(value, **attributes):
    return element("text", words(value), **attributes)


def picture(width, height, title, *children, description="", **attributes):
    """A whole picture with its name for those who do not see it."""
    head = [element("title", words(title))]
    if description:
        head.append(element("desc", words(description)))
    label = f"{title}. {description}" if description else title
    attributes.setdefault("class_", "hoard-svg")
    return element(
        "svg",
        *head,
        *children,
        xmlns=NAMESPACE,
        viewBox=f"0 0 {short(width)} {short(height)}",
        width=short(width),
        height=short(height),
        role="img",
        aria_label="".join(s for s in label if s.isprintable()),
        **attributes,
    )


def short(number):
    """A number with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
