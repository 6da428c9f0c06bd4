"""``@@hoard-links`` of a form: make links, see their use, revoke them."""

from ...connections.interfaces import SecretMissing
from ...forms.asking import read_key
from ...forms.browser.receiver import Receiver
from ...forms.rights import demand
from ...forms.rights import EXPORT as MAY_EXPORT
from ...forms.rights import READ
from ..interfaces import EXPORT
from ..interfaces import FILE
from ..interfaces import LinkInvalid
from ..interfaces import LinkRefused
from ..interfaces import Target
from ..making import make_link
from ..register import downloads
from ..register import find
from ..register import links_of
from ..register import revoke
from collections import defaultdict
from collective.hoard import _
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from functools import cached_property
from plone import api
from plone.protect import CheckAuthenticator
from plone.uuid.interfaces import IUUID
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: What the page offers: hours, and their name.
LIFETIMES = (
    (1, _("1 hour")),
    (24, _("1 day")),
    (7 * 24, _("7 days")),
    (30 * 24, _("30 days")),
)
GONE = _("There is no such link.")
REVOKED = _("The link is invalid from now on.")
UNKNOWN = _("Choose how long the link is good.")


class Links(Receiver):
    """What a POST does is in its ``action``: ``make`` or ``revoke``."""

    index = ViewPageTemplateFile("templates/links.pt")
    lifetimes = LIFETIMES
    made = None
    error = None

    def answer(self):
        if self.request.method == "POST":
            CheckAuthenticator(self.request)
            if self.request.form.get("action") == "revoke":
                return self._revoke()
            self._make()
        return self.index()

    def _make(self):
        target, form = self.target, self.request.form
        demand(MAY_EXPORT if target.kind == EXPORT else READ, self.context)
        try:
            self.made = make_link(
                api.portal.get(),
                target,
                made_for=form.get("made_for"),
                lifetime=self._lifetime(form.get("hours")),
                made_by=api.user.get_current().getId(),
            )
        except LinkRefused as refused:
            self._refuse(refused.args[0])
        except SecretMissing as missing:
            self._refuse(missing.message)

    def _refuse(self, message):
        self.error = message
        self.request.response.setStatus(400)

    def _lifetime(self, hours):
        if hours not in [str(known) for known, _title in LIFETIMES]:
            raise LinkRefused(UNKNOWN)
        return timedelta(hours=int(hours))

    def _revoke(self):
        site = api.portal.get()
        id = self.request.form.get("id")
        try:
            link = find(site, id if isinstance(id, str) else "")
            if link.target.form_uid != IUUID(self.context):
                raise LinkInvalid(id)
            revoke(site, link.id)
        except LinkInvalid:
            self.tell(GONE, "warning")
        else:
            self.tell(REVOKED)
        return self.redirect(self.url)

    @property
    def url(self):
        return f"{self.form_url}/@@hoard-links"

    @cached_property
    def target(self):
        """What the address or the form asks a link for: by default all of it."""
        form, uid = self.request.form, IUUID(self.context)
        key, field = read_key(form.get("key")), form.get("field")
        if key is not None and isinstance(field, str):
            return Target(FILE, uid, key=key, field=field)
        format = form.get("format")
        return Target(EXPORT, uid, format=format if isinstance(format, str) else "csv")

    @property
    def may_make(self):
        export = self.target.kind == EXPORT
        return self.may(MAY_EXPORT) if export else self.may(READ)

    @property
    def described(self):
        return self.describe(self.target)

    def describe(self, target):
        """What *target* is, for a person."""
        if target.kind == EXPORT:
            text = _("All submissions (${format})", mapping={"format": target.format})
            return self.translate(text)
        told = {"field": target.field, "key": target.key}
        text = _("File “${field}” of submission ${key}", mapping=told)
        return self.translate(text)

    @property
    def links(self):
        """dicts of the links of the form, newest first."""
        site = api.portal.get()
        found = links_of(site, IUUID(self.context))
        used = defaultdict(list)
        for use in downloads(site, {link.id for link in found}):
            used[use.link_id].append(use)
        for link in found:
            mine = used[link.id]
            yield {
                "link": link,
                "target": self.describe(link.target),
                "good": not link.revoked and link.expires > datetime.now(UTC),
                "downloads": mine[:20],
                "count": len(mine),
            }
