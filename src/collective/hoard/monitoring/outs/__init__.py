"""How others get at what monitoring knows: OpenMetrics, Munin, plugins, lamps."""
