"""All channels from ``{"mail": {...}, "amqp": {...}}``."""

from ...judge.interfaces import WrongSettings
from .settings import BrokerSettings
from .settings import from_data
from .settings import MailSettings
from .settings import WebhookSettings


def make_channels(settings):
    """``{name: Channel}``; webhooks need no settings, the others do.

    Nothing is connected yet; the clients of AMQP and MQTT are imported where
    they are used only.

    :raises WrongSettings: A channel or setting that is not known.
    """
    channels = {"webhook": webhook(settings.get("webhook", {}))}
    makers = {"mail": mail, "webhook": webhook, "amqp": amqp, "mqtt": mqtt}
    for name, data in settings.items():
        if name not in makers:
            raise WrongSettings(f"{name!r} is no channel: {', '.join(makers)}.")
        channels[name] = makers[name](data)
    return channels


def mail(data):
    from .mail import MailChannel

    return MailChannel(from_data(MailSettings, data, "mail"))


def webhook(data):
    from .webhook import WebhookChannel

    return WebhookChannel(from_data(WebhookSettings, data, "webhook"))


def amqp(data):
    from .amqp import AmqpChannel

    return AmqpChannel(from_data(BrokerSettings, data, "amqp"))


def mqtt(data):
    from .mqtt import MqttChannel

    return MqttChannel(from_data(BrokerSettings, data, "mqtt"))
