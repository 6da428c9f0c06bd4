"""What the poller calls after it has stored results: judge, then tell."""

from ..judge import Judge
from .channels import make_channels
from .teller import Teller
from dataclasses import asdict
from threading import Thread
import logging


logger = logging.getLogger(__name__)
#: Seconds between two looks at the queue.
EVERY = 5


class Aftermath:
    """Judges in the caller's thread and sends in a thread of its own.

    See `poller.interfaces.Aftermath`; `on_samples`, called before `on_changes`,
    feeds rules and alarms over metrics.
    """

    def __init__(self, judge, teller):
        self.judge, self.teller = judge, teller
        self._started = False
        self._flushed = 0
        self._sending = None
        self._said = ()

    def use(self, store):
        """Write to the change log through the store of this process."""
        self.judge.store = store

    def start(self, now):
        if not self._started:
            self.teller.tell(self.judge.start(now), now)
            self._started = True
            self._complain()

    def on_samples(self, samples, now):
        self.start(now)
        self.judge.on_samples(samples, now)

    def on_changes(self, changes, now):
        self.start(now)
        self.teller.tell(self.judge.on_changes(changes, now), now)

    def tick(self, now):
        self.start(now)
        self.teller.tell(self.judge.tick(now), now)
        if now - self._flushed >= EVERY or now < self._flushed:
            self._flushed = now
            self._complain()
            self._send(now)

    def away(self, name, since, until):
        """The judge knows by its own clock when it was away; see `Judge.start`."""
        self.start(until)

    def _send(self, now):
        # A slow mail server must not hold up what is being written.
        if self._sending is None or not self._sending.is_alive():
            self._sending = Thread(target=self._flush, args=(now,), daemon=True)
            self._sending.start()

    def _flush(self, now):
        try:
            self.teller.flush(now)
        except Exception:
            # The next round comes in seconds; what is queued stays queued.
            logger.exception("Telling failed")

    def wait(self, seconds=30):
        """Let what is being sent be sent."""
        if self._sending is not None:
            self._sending.join(seconds)

    def _complain(self):
        found = (*self.judge.complaints, *self.teller.complaints)
        for text in found:
            if text not in self._said:
                logger.warning("%s", text)
        self._said = found


def make(engine, configuration):
    """An `Aftermath` by the poller's configuration.

    Its ``telling`` is ``{"link": address, "channels": {name: settings}}``.
    """
    telling = configuration.telling
    channels = dict(telling.get("channels", {}))
    if configuration.mail.host:
        channels.setdefault("mail", asdict(configuration.mail))
    teller = Teller(engine, make_channels(channels), telling.get("link", ""))
    return Aftermath(Judge(engine), teller)
