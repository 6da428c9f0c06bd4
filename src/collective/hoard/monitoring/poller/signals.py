"""Signals that end a service cleanly."""

import asyncio
import logging
import signal


logger = logging.getLogger(__name__)

#: SIGHUP comes when a terminal is closed, and from who expects the configuration
#: to be read anew. That takes a new process: a setting may change which database,
#: port or secrets there are. So it ends as cleanly as by the others.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def obey_signals(stop) -> None:
    """Call *stop* when one comes; in the main thread only."""
    loop = asyncio.get_running_loop()

    def obey(number):
        logger.info("Got %s", number.name)
        stop()

    for number in ENDING:
        # `nohup` has it ignored: then it stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, obey, number)
