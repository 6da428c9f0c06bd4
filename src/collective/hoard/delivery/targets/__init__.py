"""The targets of messages: mail, webhooks, AMQP, MQTT."""
