"""Documents as Solr keeps them: whole ones, in dynamic fields by suffix.

Words are folded and only indexed, with their places, for phrases; stored are keys,
tokens and what is sorted, filtered and counted by. What is shown comes from the
ledger.
"""

from ..months import month_of


def document_id(uid, key, ref=None) -> str:
    return f"{uid}/{ref if ref is not None else key}"


def words_name(field) -> str:
    return f"f_{field}_w"


def exact_name(field) -> str:
    return f"f_{field}_ss"


def order_name(field) -> str:
    return f"f_{field}_s"


def as_solr(document, site) -> dict:
    """What is posted for a `Document` of *site*, a text that tells sites apart."""
    found = {
        "id": document_id(document.uid, document.key, document.ref),
        "site_s": site,
        "uid_s": document.uid,
        "key_l": document.key,
        "month_s": month_of(document.key),
        "token_s": document.token,
    }
    if document.ref is not None:
        found["ref_s"] = document.ref
    if document.readers is not None:
        found["readers_ss"] = list(document.readers)
    for field, words in document.words.items():
        found[words_name(field)] = " ".join(words)
    for field, texts in document.exact.items():
        found[exact_name(field)] = list(texts)
    for field, text in document.order.items():
        found[order_name(field)] = text
    return found
