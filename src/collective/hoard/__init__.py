"""collective.hoard: data a Plone site can trust."""

from zope.i18nmessageid import MessageFactory


_ = MessageFactory("collective.hoard")
