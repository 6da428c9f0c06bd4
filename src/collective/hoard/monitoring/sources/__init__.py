"""Results that others bring: MQTT topics, AMQP queues, Munin nodes, a command."""
