"""Work that goes on until the end, whatever happens to one round of it."""

from ..interfaces import MonitoringError
import asyncio
import logging


logger = logging.getLogger(__name__)

#: Seconds until work that broke off is begun anew.
AGAIN = 1.0


class Tasks:
    """Runs coroutines; one that breaks off is logged and begun anew."""

    def __init__(self):
        self._tasks = set()

    def keep_up(self, name: str, work) -> None:
        """Run ``work()`` until it returns or `cancel`."""
        task = asyncio.get_running_loop().create_task(self._again(name, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def every(self, name: str, seconds: float, step) -> None:
        """``await step()`` every *seconds*; while it returns true at once again."""

        async def rounds():
            while True:
                if not await step():
                    await asyncio.sleep(seconds)

        self.keep_up(name, rounds)

    async def _again(self, name, work):
        while True:
            try:
                return await work()
            except MonitoringError as error:
                # Said in words; the database will come back.
                logger.warning("%s: %s", name, error)
            except Exception:
                # No mistake of ours may stop the checks.
                logger.exception("%s broke off and is begun anew", name)
            await asyncio.sleep(AGAIN)

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
