"""Answers of the poller's HTTP server: JSON, and every failure in words."""

from ..interfaces import DatabaseUnusable
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
import json
import logging


logger = logging.getLogger(__name__)

COMMON = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def reply(answer, status=200):
    return web.json_response(answer, status=status, headers=COMMON)


def refusal(kind, text):
    return kind(
        text=json.dumps({"error": text}),
        content_type="application/json",
        headers=COMMON,
    )


def too_large(most):
    return web.HTTPRequestEntityTooLarge(
        max_size=most,
        actual_size=most + 1,
        text=json.dumps({"error": f"The request is larger than {most:,} bytes."}),
        content_type="application/json",
    )


@web.middleware
async def in_words(request, handler):
    """Every failure is an answer in words, none has a traceback."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.content_type != "application/json" and error.status >= 400:
            return reply({"error": error.reason}, error.status)
        raise
    except DatabaseUnusable as error:
        answer = reply({"error": f"{error} Send this again later."}, 503)
        answer.headers["Retry-After"] = "10"
        return answer
    except Exception:
        # A mistake of ours; the log has it, who asks learns no details.
        logger.exception("%s %s failed", request.method, request.path)
        return reply({"error": "This failed here; the poller's log says why."}, 500)


def protocol_logger():
    """For aiohttp: what is wrong with a request is answered, not logged as ours."""
    found = logging.getLogger(f"{__name__}.protocol")
    if is_ours not in found.filters:
        found.addFilter(is_ours)
    return found


def is_ours(record):
    error = (record.exc_info or (None, None))[1]
    return not isinstance(error, HttpProcessingError)
