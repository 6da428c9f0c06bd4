Prometheus (OpenMetrics), Munin, Icinga and Nagios (`check_hoard`) and lamps can have what monitoring knows.
