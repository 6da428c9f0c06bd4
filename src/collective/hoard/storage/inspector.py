"""The ``@@form-inspector``: what happens to each field of a form, and why."""

from collective.hoard import _
from collective.hoard.storage.explain import explain_form
from plone.z3cform.interfaces import IFormWrapper
from plone.z3cform.z2 import switch_on
from Products.Five import BrowserView
from z3c.form.interfaces import IForm
from zope.component import queryMultiAdapter
import logging
import transaction


logger = logging.getLogger(__name__)


class FormInspector(BrowserView):
    """Explain the form given as ``form=name`` on this context."""

    error = None
    fields = ()
    form_class = ""
    content_class = ""

    @property
    def form_name(self):
        return str(self.request.form.get("form", "")).removeprefix("@@")

    def __call__(self):
        if self.form_name:
            self.inspect()
        return self.index()

    def inspect(self):
        """Fill in what the page shows."""
        # A form may write while it is set up, which would be its own mistake;
        # looking at it must not make that permanent.
        before = transaction.savepoint(optimistic=True)
        try:
            self._inspect()
        finally:
            before.rollback()

    def _inspect(self):
        form = self.find_form()
        if form is None:
            self.fail(
                404,
                _(
                    "There is no form named “${name}” here. Give the name under "
                    "which it is registered for this context, for example “edit”.",
                    mapping={"name": self.form_name},
                ),
            )
            return
        switch_on(form)
        try:
            form.update()
        except Exception as error:  # it is somebody else's code that runs here
            logger.exception("The form %r cannot be set up", self.form_name)
            reason = f"{type(error).__name__}: {error}"
            message = _(
                "The form “${name}” cannot be set up here: ${reason}",
                mapping={"name": self.form_name, "reason": reason},
            )
            self.fail(500, message)
            return
        self.form_class = dotted(type(form))
        self.content_class = repr(form.getContent())
        self.fields = list(explain_form(form))

    def fail(self, status, message):
        self.error = message
        self.request.response.setStatus(status)

    def find_form(self):
        """The form itself, without its layout, or None."""
        if self.form_name == self.__name__:
            return None
        request = without_data(self.request)
        view = queryMultiAdapter((self.context, request), name=self.form_name)
        if IFormWrapper.providedBy(view):
            view = view.form_instance
        return view if IForm.providedBy(view) else None


def without_data(request):
    """A request of the same user that presses no button and fills in nothing."""
    bare = request.clone()
    bare.form.clear()
    bare.other.update(
        AUTHENTICATED_USER=request.get("AUTHENTICATED_USER"), method="GET"
    )
    bare.environ.update(REQUEST_METHOD="GET", QUERY_STRING="")
    return bare


def dotted(cls):
    return f"{cls.__module__}.{cls.__qualname__}"
