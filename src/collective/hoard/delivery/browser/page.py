"""What the pages of rules and targets share."""

from ...forms.browser.posted import PostedPage
from collective.hoard import _


MEANWHILE = _(
    "Somebody else has changed this meanwhile. Here is the current state; please look "
    "at it and make your change again."
)
KEPT = _(
    "Somebody else has changed this meanwhile. What you typed is still here: to store "
    "it, press Save once more. To look at the current state first, open the list in "
    "another window."
)
GONE = _("This is not there any more; somebody else may have removed it.")


class Page(PostedPage):
    """A page that nobody keeps."""

    summary = ()

    def __call__(self):
        # Addresses of people, and texts that only editors may see.
        self.request.response.setHeader("Cache-Control", "private, no-store")
        return self.respond()
