"""``@@hoard-metering``: a month's use of each form; ``?format=csv|json``."""

from ...controlpanel.interfaces import IControlPanelSection
from ...forms.kinds.file import readable
from ...forms.zone import localized
from .interfaces import NewerLayout
from .interfaces import WrongMonth
from .report import month_report
from .writing import as_csv
from .writing import as_json
from collective.hoard import _
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import implementer


WRONG = _("This is no month that can be reported. Write it as 2026-11.")
NEWER = _("A newer version of collective.hoard metered this site. Update it here.")
FORMATS = {"csv": ("text/csv", as_csv), "json": ("application/json", as_json)}


class MeteringPage(BrowserView):
    """Reads only; permission "Manage Settings"."""

    page = ViewPageTemplateFile("templates/metering.pt")
    problem = report = None

    def __call__(self):
        self.request.response.setHeader("Cache-Control", "private, no-store")
        form = self.request.form
        self.month = str(form.get("month") or f"{datetime.now(UTC):%Y-%m}")
        try:
            self.report = month_report(self.context, self.month)
        except WrongMonth:
            self.problem = WRONG
        except NewerLayout:
            self.problem = NEWER
        format = form.get("format")
        if self.problem is not None:
            self.request.response.setStatus(400 if self.problem is WRONG else 503)
        elif format in FORMATS:
            return self.download(format)
        return self.page()

    def download(self, format):
        kind, write = FORMATS[format]
        response = self.request.response
        name = f"metering-{self.month}.{format}"
        response.setHeader("Content-Type", f"{kind}; charset=utf-8")
        response.setHeader("Content-Disposition", f'attachment; filename="{name}"')
        return write(self.report).encode()

    def size(self, number):
        return "" if number is None else readable(number)

    @property
    def made(self):
        return localized(self.report.made, self.context, self.request)

    @property
    def before(self):
        first = datetime.strptime(self.month, "%Y-%m")
        return f"{first - timedelta(days=1):%Y-%m}"

    @property
    def url(self):
        return f"{self.context.absolute_url()}/@@hoard-metering"


@implementer(IControlPanelSection)
class MeteringSection(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Metering")
    order = 60
    render = ViewPageTemplateFile("templates/section.pt")
