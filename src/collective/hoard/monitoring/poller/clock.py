"""What time it is, when the machine's clock is not to be trusted for a while."""

import logging
import time


logger = logging.getLogger(__name__)

#: Seconds between clock and count that are no jump, but a slow correction.
TOLERANCE = 5.0


def boot_time() -> float:
    """Seconds since boot; unlike the monotonic clock it counts a suspend."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class SteadyClock:
    """UTC seconds that do not follow a jump of the clock at once.

    When the clock was set, samples keep being counted from the last good time.
    If the new time lasts for *settle* seconds it is taken for right. A jump
    forth and back is never seen at all, so it makes nothing unknown.
    """

    def __init__(self, settle=60.0, wall=time.time, steady=boot_time):
        self._settle, self._wall, self._steady = settle, wall, steady
        self._offset = wall() - steady()
        self._jumped_at = None
        self._jumped_by = 0.0

    def __call__(self) -> float:
        steady = self._steady()
        apart = self._wall() - steady - self._offset
        if abs(apart) <= TOLERANCE:
            self._offset += apart
            self._back(apart)
        elif self._jumped_at is None or abs(apart - self._jumped_by) > TOLERANCE:
            self._jumped_at, self._jumped_by = steady, apart
            logger.warning(
                "The clock jumped by %+.0f s; it is believed in %.0f s if it stays so",
                apart,
                self._settle,
            )
        elif steady - self._jumped_at >= self._settle:
            logger.warning("The clock's jump by %+.0f s is taken for right", apart)
            self._offset += apart
            self._jumped_at = None
        return steady + self._offset

    def _back(self, apart):
        if self._jumped_at is not None:
            logger.warning("The clock is back; its jump is not believed")
            self._jumped_at = None

    @property
    def doubt(self) -> str:
        """A sentence while the clock is not believed, else empty."""
        if self._jumped_at is None:
            return ""
        return f"The clock jumped by {self._jumped_by:+.0f} s and is not believed yet."
