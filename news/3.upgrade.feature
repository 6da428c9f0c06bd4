Sites that an earlier development state has set up are offered an upgrade that adds missing settings, actions and permissions; until then the control panel says what to do instead of failing.
