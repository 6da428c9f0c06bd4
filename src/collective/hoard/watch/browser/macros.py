"""What the templates of monitoring have in common; no page of its own."""

from Products.Five import BrowserView
from zExceptions import NotFound


class Macros(BrowserView):
    """``context/@@hoard-watch-macros/NAME``, within templates."""

    def __call__(self):
        raise NotFound(self.__name__)
