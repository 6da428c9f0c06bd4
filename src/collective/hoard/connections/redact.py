"""Taking secrets out of what people and logs get to see."""

from urllib.parse import urlsplit
import re


#: Names of query parameters whose values nobody must see.
SECRET = re.compile(r"pass(word|wd)?|pwd|secret|token|api_?key|signature", re.I)
_USER = re.compile(r"(\w[\w+.-]*://)([^/@\s]*?):([^/@\s]*)@")
_PARAMETER = re.compile(rf"([?&;]({SECRET.pattern})=)[^&;#\s]*", re.I)


def without_secrets(url):
    """*url* without password, and without the values of secret parameters.

    Whatever cannot be understood as a URL is shown as nothing at all.
    """
    try:
        parts = urlsplit(str(url))
        host = parts.netloc.rpartition("@")[2]
        user = parts.netloc.rpartition("@")[0].partition(":")[0]
    except ValueError:
        return ""
    netloc = f"{user}@{host}" if user else host
    query = f"?{parts.query}" if parts.query else ""
    clean = f"{parts.scheme}://{netloc}{parts.path}{query}" if parts.scheme else ""
    return _PARAMETER.sub(r"\1***", clean)


def redacted(text, secrets=(), limit=300):
    """*text* of an error with *secrets* and passwords in URLs replaced."""
    text = str(text)
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    text = _USER.sub(r"\1\2:***@", text)
    text = _PARAMETER.sub(r"\1***", text)
    return " ".join(text.split())[:limit]
