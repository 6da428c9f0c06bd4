"""What the demo watches: forty-odd checks in groups, and how each behaves.

All sites are virtual hosts of one server of ours on this machine (`targets`),
so that the demo needs no network.
"""

from dataclasses import dataclass
from dataclasses import field


HOUR, DAY = 3600, 86_400
TARGETS = "demo:targets"
EXPIRED = "demo:expired"
SITE = "demo:site"
NOWHERE = 1
#: The machine that all of this runs on.
HERE = "127.0.0.1"
#: Seconds between two runs; so long a slot, and so long a result is fresh.
INTERVAL, SLOT, FRESH, GRACE = 60, 60, 240, 15
#: The same for the generated past, where results are half an hour apart.
PAST_STEP, PAST_SLOT, PAST_FRESH = 1800, 600, 4200
SENSOR = "cellar"
VITALS = "this site: vitals"
GROUPS = {
    "library": "Library",
    "shop": "Book shop",
    "intranet": "Intranet",
    "partners": "Partners",
    "services": "Services",
    "bad": "Deliberately bad",
    "hoard": "This site",
    "house": "House",
}
PUBLIC = ("library", "shop", "partners")


@dataclass(frozen=True)
class DemoCheck:
    """One check. `port` is a number or one of the names above.

    `outages`: (days ago, hours, code, reason) of the past. `manner`: how it
    answers today, see `targets`.
    """

    name: str
    group: str
    title: str = ""
    kind: str = "http"
    port: str | int = TARGETS
    host: str = ""
    params: dict = field(default_factory=dict)
    outages: tuple = ()
    manner: str = "steady"
    ms: float = 60
    tags: tuple = ()


NAMES = {
    "library": ("www", "catalogue", "renewals", "events", "archive", "maps", "api"),
    "shop": ("www", "basket", "payment", "search", "images", "api"),
    "intranet": ("portal", "wiki", "calendar", "tickets", "files", "people"),
    "partners": ("city", "museum", "school", "theatre", "press", "radio"),
    "services": ("login", "mail-archive", "newsletter", "backup", "statistics"),
}
#: (days ago, hours, code, reason)
OUTAGES = {
    "catalogue.library": ((21.4, 3.5, 503, "status"), (6.2, 0.7, 0, "timeout")),
    "api.library": ((21.4, 3.4, 502, "status"),),
    "maps.library": ((11.3, 9.0, 0, "refused"),),
    "payment.shop": ((16.1, 1.2, 500, "status"), (3.6, 0.4, 500, "status")),
    "basket.shop": ((16.1, 1.3, 500, "status"),),
    "wiki.intranet": ((25.7, 14.0, 0, "timeout"), (1.2, 0.5, 0, "timeout")),
    "files.intranet": ((9.5, 2.0, 507, "status"),),
    "museum.partners": ((18.0, 31.0, 0, "resolve"),),
    "radio.partners": tuple((days, 0.6, 504, "status") for days in range(2, 29, 3)),
    "newsletter.services": ((13.2, 5.0, 0, "tls"),),
    "backup.services": tuple((d + 0.9, 0.5, 503, "status") for d in range(0, 30)),
}


#: What visitors of the public page read; the checks of other groups have none.
TITLES = {
    "library": ("Web site", "Catalogue", "Renewals", "Events", "Archive", "Maps",
                "Interface for other libraries"),
    "shop": ("Shop", "Basket", "Payment", "Search", "Pictures of books",
             "Interface for publishers"),
    "partners": ("City", "Museum", "School", "Theatre", "Press", "Radio"),
}  # fmt: skip


def demo_checks() -> tuple:
    """All checks, the same ones each time."""
    sites = [
        DemoCheck(
            f"{name}.{group}.example.org",
            group,
            TITLES[group][place] if group in TITLES else "",
            host=f"{name}.{group}.example.org",
            params={"warn_ms": 1500},
            outages=OUTAGES.get(f"{name}.{group}", ()),
            ms=35 + 17 * place + 90 * (name in ("search", "maps", "wiki")),
            tags=("front",) if name in ("www", "portal", "login") else (),
        )
        for group, names in NAMES.items()
        for place, name in enumerate(names)
    ]
    return (*sites, *bad(), *house(), *own())


def bad():
    """Targets that misbehave now."""

    def one(name, title, **options):
        options.setdefault("host", f"{name}.bad.example.org")
        return DemoCheck(f"{name}.bad.example.org", "bad", title, **options)

    always = ((30, 31 * 24, 503, "status"),)
    yield one("broken", "Says 503", manner="broken", outages=always)
    yield one("slow", "Takes three seconds", manner="slow", ms=3010,
              params={"warn_ms": 1500})  # fmt: skip
    yield one("flapping", "Up and down again", manner="flapping",
              outages=tuple((h / 24, 1, 503, "status") for h in range(2, 60, 2)))  # fmt: skip
    yield one("expired", "Certificate expired", kind="https", port=EXPIRED,
              outages=((8.5, 9 * 24, 0, "tls"),))  # fmt: skip
    yield one("refused", "Nobody listens", kind="tcp", port=NOWHERE,
              outages=((4.5, 5 * 24, 0, "refused"),))  # fmt: skip
    yield one("nagging", "Errors that do not count", manner="steady")


def house():
    """Others bring these: a sensor, and a job that went dark two days ago."""
    yield DemoCheck(SENSOR, "house", "Temperature in the cellar", kind="passive",
                    params={"thresholds": {"temperature": {"warn": "4:16",
                                                           "crit": "0:24"}}})  # fmt: skip
    yield DemoCheck("nightly export", "house", "Job of every night", kind="passive")


def own():
    """The demo site itself."""
    yield DemoCheck("this site", "hoard", "This site", port=SITE, ms=180,
                    params={"path": "/hoard", "ok": "200", "warn_ms": 5000})  # fmt: skip
    yield DemoCheck("this site: form", "hoard", "The demo's form", port=SITE, ms=260,
                    params={"path": "/hoard/contact", "ok": "200", "expect": "<form",
                            "warn_ms": 5000})  # fmt: skip
