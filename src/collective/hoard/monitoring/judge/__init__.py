"""Groups, dependencies, maintenance, rules, alarms: what changes mean."""
