"""Trying a service, and saying to a person what came out."""

from ..connections.interfaces import IConnector
from ..connections.interfaces import SettingWrong
from .services import settings_from
from collective.hoard import _
from Products.statusmessages.interfaces import IStatusMessage
from zope.component import getUtility
from zope.i18n import translate


UNSET = _("Say where the service is before you try it.")


def try_service(site, request, name, records):
    """Try the service *name* with *records*, and show what came out.

    Whoever calls this has checked the permission and the token: it makes Plone
    talk to whatever the URL names.
    """
    if not records.url:
        return say(request, UNSET, "warning")
    try:
        settings = settings_from(name, records)
    except SettingWrong as wrong:
        return say(request, wrong.message, "error")
    trial = getUtility(IConnector, name).try_it(settings)
    return say(request, trial.message, "info" if trial.ok else "error")


def say(request, message, kind="info"):
    """Show *message* on the next page."""
    # Translated now: what the message carries may be messages as well.
    IStatusMessage(request).add(translate(message, context=request), type=kind)
