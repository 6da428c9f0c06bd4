A page whose question PostgreSQL does not answer within ten seconds (a setting) says so and frees its thread.
