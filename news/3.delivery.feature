Forms tell people by mail and other programs by signed webhooks, AMQP and MQTT of their submissions, by rules of their editors and of administrators; what a server does not take is sent later.
