Forms can be defined, sent and read through REST services, `@definition` and `@submissions`.
