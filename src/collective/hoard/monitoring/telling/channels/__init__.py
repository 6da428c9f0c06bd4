"""Ways to reach people and machines: mail, webhook, AMQP, MQTT."""

from .make import make_channels


#: Channels from settings.
__all__ = ["make_channels"]
