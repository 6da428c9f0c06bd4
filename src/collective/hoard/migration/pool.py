"""Work on pieces in several processes, with results in order.

Each worker has at most two pieces ahead, so memory does not grow with the
source.  A worker ends when its pipe does, also if the parent was killed.
"""

from collections import deque
import multiprocessing
import os
import signal


AHEAD = 2


def available_cpus():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def in_order(jobs, make_handler, tasks):
    """Yield ``(task, result)`` for each of *tasks*, in order.

    :param make_handler: Called once in each worker; returns what is called
        with a task.  With one job everything happens in this process.
    """
    if jobs <= 1:
        handler = make_handler()
        for task in tasks:
            yield task, handler(task)
        return
    with Workers(jobs, make_handler) as workers:
        yield from workers.run(tasks)


class WorkerDied(RuntimeError):
    """A worker process ended by itself (out of memory, killed)."""


class Workers:
    """A few forked processes and a pipe to each."""

    def __init__(self, jobs, make_handler):
        context = multiprocessing.get_context("fork")
        self._pipes, self._processes = [], []
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            self._pipes.append(ours)
            process = context.Process(
                target=_serve, args=(theirs, list(self._pipes), make_handler)
            )
            process.daemon = True
            process.start()
            theirs.close()
            self._processes.append(process)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(5)
            if process.is_alive():
                process.kill()

    def run(self, tasks):
        waiting = deque()
        tasks = enumerate(tasks)
        limit = AHEAD * len(self._pipes)
        while True:
            for number, task in tasks:
                pipe = self._pipes[number % len(self._pipes)]
                self._exchange(pipe.send, task)
                waiting.append((task, pipe))
                if len(waiting) >= limit:
                    break
            if not waiting:
                return
            task, pipe = waiting.popleft()
            ok, result = self._exchange(pipe.recv)
            if not ok:
                raise result
            yield task, result

    def _exchange(self, call, *args):
        try:
            return call(*args)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise WorkerDied(
                "A worker process ended unexpectedly; is there enough memory?"
            ) from None


def _serve(pipe, others, make_handler):
    # Ends of other pipes must not stay open here, or nobody would see the
    # parent's death; and Ctrl-C is for the parent to handle.
    for other in others:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    handler = make_handler()
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            result = True, handler(task)
        except Exception as error:  # carried to the parent, which raises it
            result = False, error
        try:
            pipe.send(result)
        except BrokenPipeError:
            return
