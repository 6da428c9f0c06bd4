"""What a check measured besides its time, such as degrees, for charts."""

from ...monitoring.database import tables as t
from ...monitoring.database.tables import BUCKET
from .one import Bucket
from sqlalchemy import func
from sqlalchemy import select


#: Charts on one page.
MOST = 8
#: Values are kept for 35 days.
LONGEST = 36 * 86_400


def charted(connection, check_id):
    """``[(number of the metric, name, unit)]`` of the first few, by name."""
    m = t.metric.c
    query = select(m.id, m.name, m.unit).where(
        m.check_id == check_id, m.number.is_not(None)
    )
    found = connection.execute(query.order_by(m.name).limit(MOST))
    return [(number, name, unit or "") for number, name, unit in found]


def values(connection, metric_id, since, until, width):
    """At most *width* `Bucket`s of [since, until); the middle is the average.

    The lowest and highest of each are kept.
    """
    v, step = t.metric_value.c, max(-(-(until - since) // width), 1)
    first = max(since, until - LONGEST)
    # Not a range: the values of all other metrics lie between.
    hours = list(range(first // BUCKET, (until - 1) // BUCKET + 1))
    place = (v.time - since) // step
    query = (
        select(
            place.label("place"),
            func.min(v.number),
            func.max(v.number),
            func.avg(v.number),
        )
        .where(
            v.bucket.in_(hours),
            v.metric_id == metric_id,
            v.time >= since,
            v.time < until,
        )
        .group_by("place")
        .order_by("place")
    )
    return [
        Bucket(since + int(place) * step, low, high, middle, 0)
        for place, low, high, middle in connection.execute(query)
    ]
