`hoard-poller run` checks thousands of sites over HTTP, TLS, TCP, DNS, Munin and by the monitoring plugins, and takes results over HTTP, MQTT, AMQP and from a command.
