"""The addresses of both products, and what a browser sends to them."""

from dataclasses import dataclass
from submissions import submission
from urllib.parse import urlencode


@dataclass(frozen=True)
class Pages:
    """One product: ``module`` is for `worker.py`. Paths take the form's id."""

    name: str
    module: str
    form: str
    receive: str
    list: str
    prefix: str
    extra: dict
    agreed: tuple

    def body(self, number, token):
        """What a browser sends for submission *number*."""
        values = submission(number)
        del values["agree"]
        sent = {f"{self.prefix}{name}": value for name, value in values.items()}
        sent[self.prefix + self.agreed[0]] = self.agreed[1]
        return urlencode({**sent, **self.extra, "token": token})


HOARD = Pages(
    name="collective.hoard",
    module="product_hoard",
    form="/Plone/{}",
    receive="/Plone/{}/@@hoard-form",
    list="/Plone/{}/@@hoard-submissions",
    prefix="field.",
    extra={"send": "1", "homepage": ""},
    agreed=("agree", "1"),
)
EASYFORM = Pages(
    name="collective.easyform",
    module="product_easyform",
    form="/Plone/{}",
    receive="/Plone/{}",
    list="/Plone/{}/actions/saver/@@data",
    prefix="form.widgets.",
    extra={"form.buttons.submit": "Submit"},
    agreed=("agree:list", "selected"),
)


def export(instance, pages, form):
    """Download all submissions as CSV. :return: `instance.Reply`"""
    if pages is HOARD:
        return instance.get(f"/Plone/{form}/@@hoard-export?format=csv", as_admin=True)
    body = "form.buttons.download=Download&csv_delimiter=,"
    return instance.post(pages.list.format(form), body, as_admin=True)


def is_stored(pages, reply):
    """Whether the visitor was told that the submission is stored."""
    if pages is HOARD:
        return reply.status == 303
    return reply.status == 200 and b"Thank You" in reply.content
