"""The page that visitors fill in, and the one that thanks them."""

from ...ledger.interfaces import NewerLayout
from ...ledger.interfaces import TokenUsed
from ..behavior import get_definition
from ..fill import input_fields
from ..interfaces import DefinitionError
from ..interfaces import SentTooFast
from ..interfaces import SubmissionRefused
from ..interfaces import TokenRefused
from ..limits import get_limits
from ..rights import demand
from ..rights import DESIGN
from ..rights import may
from ..rights import SUBMIT
from ..submit import submit
from ..token import issue
from ..token import redeem
from .drawing import draw
from .drawing import PREFIX
from .drawing import summary
from AccessControl import getSecurityManager
from collective.hoard import _
from plone.protect.authenticator import createToken
from plone.uuid.interfaces import IUUID
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component.hooks import getSite


class FormPage(BrowserView):
    """Shows the form; on POST stores what was sent, then redirects, so that a
    reload shows the thanks again instead of sending again."""

    template = ViewPageTemplateFile("templates/form.pt")
    form_body = ViewPageTemplateFile("templates/form_body.pt")
    unusable = ViewPageTemplateFile("templates/unusable.pt")
    unusable_body = ViewPageTemplateFile("templates/unusable_body.pt")
    widgets_template = ViewPageTemplateFile("templates/widgets.pt")

    unusable_status = 503
    raw = None
    errors = None
    token = ""

    def __call__(self):
        self.response = self.request.response
        # A shared cache must not hand one visitor's token to another.
        self.response.setHeader("Cache-Control", "private, max-age=0, no-cache")
        try:
            self.definition = get_definition(self.context)
        except DefinitionError as error:
            self.problem = error
            self.response.setStatus(self.unusable_status)
            return self.unusable()
        if self.request.method == "POST":
            return self._receive()
        self.raw = prefilled(self.request, self.definition)
        return self._show(issue(self.form_uid))

    def _receive(self):
        demand(SUBMIT, self.context)
        self.raw = sent(self.request.form)
        if self.request.form.get("homepage"):
            return self._again(LEAVE_EMPTY)
        token = self.request.form.get("token")
        try:
            number = redeem(token, self.form_uid, get_limits().fill_seconds)
        except TokenRefused:
            return self._again(TOO_OLD)
        except SentTooFast:
            return self._again(TOO_FAST, token)
        return self._store(token, number)

    def _store(self, token, number):
        try:
            submit(self.context, self.raw, user_id=user_id(), token=number)
        except SubmissionRefused as refused:
            self.errors = refused.errors
            return self._show(token, 422)
        except TokenUsed:
            return self._again(USED)
        except NewerLayout:
            self.errors = {"": CLOSED}
            return self._show(token, 503)
        self.response.redirect(f"{self.context.absolute_url()}/@@hoard-thanks", 303)
        return ""

    def _again(self, message, token=None):
        """Show what was typed once more, with *message* on top."""
        self.errors = {"": message}
        return self._show(token or issue(self.form_uid), 422)

    def _show(self, token, status=200):
        self.token = token
        if self.errors:
            self.errors = {**files_again(self.definition, self.raw), **self.errors}
        self.groups = draw(self.definition, get_limits(), self.raw, self.errors)
        self.summary = summary(self.groups, self.errors)
        self.response.setStatus(status)
        return self.template()

    def body(self):
        return self.form_body()

    @property
    def widgets(self):
        return self.widgets_template

    @property
    def form_uid(self):
        return IUUID(self.context)

    @property
    def static(self):
        return static_url()

    @property
    def authenticator(self):
        return createToken() if user_id() else ""

    @property
    def enctype(self):
        has_files = any(w.macro == "file" for g in self.groups for w in g.widgets)
        return "multipart/form-data" if has_files else None

    @property
    def has_required(self):
        return any(w.required for g in self.groups for w in g.widgets)

    @property
    def submit_label(self):
        return getattr(self.context, "hoard_submit_label", None) or _("Send")

    @property
    def may_submit(self):
        return may(SUBMIT, self.context)

    @property
    def may_design(self):
        return may(DESIGN, self.context)

    @property
    def text(self):
        return rich_text(self.context, "text")


class FormBelow(FormPage):
    """The form below other content that has the behavior; what is sent goes to
    the page of its own, which shows errors and stores."""

    __name__ = "collective.hoard.form"
    template = ViewPageTemplateFile("templates/form_below.pt")
    unusable_status = 200
    unusable = ViewPageTemplateFile("templates/unusable_body.pt")

    def __init__(self, context, request, view, manager):
        super().__init__(context, request)
        self.__parent__ = view

    def update(self):
        """Nothing to do before rendering; part of the viewlet's contract."""

    def render(self):
        state = self.context.restrictedTraverse("@@plone_context_state")
        own_page = self.context.getLayout() == "hoard-form"
        if own_page or not state.is_view_template() or self.request.method == "POST":
            return ""
        return self()


class Thanks(BrowserView):
    """Says thank you; safe to reload."""

    template = ViewPageTemplateFile("templates/thanks.pt")

    def __call__(self):
        self.text = rich_text(self.context, "hoard_thanks")
        self.form_url = self.context.absolute_url()
        self.form_title = self.context.Title()
        return self.template()


LEAVE_EMPTY = _(
    "A field that must stay empty was filled in, perhaps by your browser. "
    "Please press the button once more."
)
TOO_OLD = _(
    "This page was open for more than a day, or did not come from here. "
    "Nothing was stored. Please check your answers and press the button once more."
)
TOO_FAST = _(
    "That was quicker than a person types. Please check your answers and press "
    "the button once more."
)
CLOSED = _(
    "Your answers cannot be stored at the moment. Please keep this page open, or "
    "copy what you wrote, and try again later."
)
USED = _(
    "This page has been used to send other answers already. If you want to send "
    "these as well, press the button once more."
)


def sent(form):
    """Raw values by field id, out of *form*, the request's form."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in form.items()
        if name.startswith(PREFIX)
    }


def prefilled(request, definition):
    """What a link may fill in beforehand (``?field.name=...``), on top of the
    defaults; None when there is nothing of the kind."""
    given = sent(request.form)
    if not given:
        return None
    found = {}
    for field, kind in input_fields(definition):
        default = field.default
        if default is not None:
            found[field.id] = kind.to_text(field, kind.from_json(field, default))
        if isinstance(given.get(field.id), (str, list)):
            found[field.id] = given[field.id]
    return found


def files_again(definition, raw):
    """Browsers do not send a file twice: say so at its field."""
    return {
        field.id: _("Please choose the file again.")
        for field, kind in input_fields(definition)
        if kind.widget == "file" and getattr(raw.get(field.id), "filename", "")
    }


def user_id():
    """The current user's id; None when nobody is logged in."""
    return getSecurityManager().getUser().getId()


def static_url():
    """Where the style sheet is."""
    return f"{getSite().absolute_url()}/++plone++collective.hoard"


def rich_text(context, name):
    """A rich text of *context* as safe HTML; empty when there is none."""
    value = getattr(context.aq_base, name, None)
    if value is None or not hasattr(value, "output_relative_to"):
        return ""
    return (value.output_relative_to(context) or "").strip()
