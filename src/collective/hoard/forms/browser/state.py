"""What templates and action conditions ask of a form."""

from Products.Five import BrowserView


class State(BrowserView):
    """Present on forms only, so its presence is the answer."""

    def __call__(self):
        return ""
