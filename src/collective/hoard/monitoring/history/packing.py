"""stub"""

from .samples import raw_between


def samples_between(connection, check_id, since, until):
    return raw_between(connection, check_id, since, until)
