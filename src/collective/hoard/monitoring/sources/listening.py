"""All brokers of the configuration, listened to from start to end."""

from contextlib import AsyncExitStack


class Listening(AsyncExitStack):
    """``async with Listening(service):`` messages become results."""

    def __init__(self, service):
        super().__init__()
        self._service = service

    async def __aenter__(self):
        configuration = self._service.configuration
        for settings in configuration.mqtt:
            from .mqtt import MqttSource

            await self.enter_async_context(MqttSource(self._service, settings))
        for settings in configuration.amqp:
            from .amqp import AmqpSource

            await self.enter_async_context(AmqpSource(self._service, settings))
        return self
