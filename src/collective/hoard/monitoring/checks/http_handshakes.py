"""When a site is looked at thoroughly, and when a quick handshake will do."""

#: Seconds between two thorough looks at a site that is well: how long its
#: certificate is valid is in it. That it is valid is verified in each handshake.
READING = 3600


class Handshakes:
    """What is known of the handshakes with one site.

    A thorough look is by OpenSSL and reads the certificate. A quick one, by
    another library, only repeats within the hour what was found well. It is not
    believed when it fails before it has ever succeeded with this site: then the
    site may speak what that library does not, and is asked again by OpenSSL. Later
    its failures are failures of the site, and are not tried away.
    """

    __slots__ = ("_left", "_proven", "_unfit", "until", "well")

    def __init__(self):
        #: UTC seconds: the end of the certificate that was read last.
        self.until: int | None = None
        #: Nothing was wrong in the last look, and that end is far enough away.
        self.well = False
        self._left = 0
        self._proven = self._unfit = False

    def thorough(self, interval: int) -> bool:
        """Whether the run that begins now is a thorough one."""
        if self.well and self._left:
            self._left -= 1
            return False
        self._left = READING // interval
        self._unfit = False
        return True

    @property
    def fit(self) -> bool:
        """A quick one may be tried."""
        return self.well and not self._unfit

    def succeeded(self) -> None:
        """A quick one did."""
        self._proven = True

    def doubtful(self) -> bool:
        """Whether a quick one that failed says nothing of the site."""
        if self._proven:
            return False
        self._unfit = True
        return True

    def failed(self) -> None:
        """No answer: it may be another certificate that answers next."""
        self.well = self._proven = False
