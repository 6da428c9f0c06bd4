"""The ``@@form-inspector``: what happens to each field of a form, and why."""

from collective.hoard import _
from collective.hoard.storage.explain import explain_form
from plone.z3cform.interfaces import IFormWrapper
from plone.z3cform.z2 import switch_on
from Products.Five import BrowserView
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IGroup
from z3c.form.interfaces import IGroupForm
from zope.component import queryMultiAdapter
import transaction


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
        # A form may write while it is set up, which would be its own mistake;
        # looking at it must not make that permanent.
        transaction.doom()
        if self.form_name:
            self.inspect()
        return self.index()

    def inspect(self):
        form = self.find_form()
        if form is None:
            self.error = _(
                "There is no form named “${name}” here. Give the name under which "
                "it is registered for this context, for example “edit”.",
                mapping={"name": self.form_name},
            )
            self.request.response.setStatus(404)
            return
        switch_on(form)
        set_up(form)
        self.form_class = dotted(type(form))
        self.content_class = repr(form.getContent())
        self.fields = list(explain_form(form))

    def find_form(self):
        """The form itself, without its layout, or None."""
        if self.form_name == self.__name__:
            return None
        view = queryMultiAdapter((self.context, self.request), name=self.form_name)
        if IFormWrapper.providedBy(view):
            view = view.form_instance
        return view if IForm.providedBy(view) else None


def set_up(form):
    """Make the widgets of *form* and its groups, without running any action."""
    form.ignoreRequest = True
    if hasattr(form, "updateFields"):
        form.updateFields()
    form.updateWidgets()
    if IGroupForm.providedBy(form):
        form.groups = tuple(_set_up_group(group, form) for group in form.groups)


def _set_up_group(group, parent):
    if not IGroup.providedBy(group):
        group = group(parent.context, parent.request, parent)
    group.updateWidgets()
    group.groups = tuple(_set_up_group(inner, group) for inner in group.groups)
    return group


def dotted(cls):
    return f"{cls.__module__}.{cls.__qualname__}"
