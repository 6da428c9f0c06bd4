Messages to AMQP are published many at a time, and a submission with several targets stores one message for all of them.
