"""Where records are kept: annotations of the content."""

from collective.hoard.storage.interfaces import ANNOTATION_KEY
from collective.hoard.storage.interfaces import IRecordStorage
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations
from zope.interface import implementer


def container_of(content):
    """The mapping of all records of *content*, or None.  Never writes."""
    annotations = IAnnotations(content, None)
    return None if annotations is None else annotations.get(ANNOTATION_KEY)


@implementer(IRecordStorage)
class AnnotationStorage:
    """See `IRecordStorage`: ``annotations["collective.hoard"][key]``."""

    def read(self, content, key):
        container = container_of(content)
        return None if container is None else container.get(key)

    def create(self, content, key):
        container = container_of(content)
        if container is None:
            container = IAnnotations(content)[ANNOTATION_KEY] = PersistentMapping()
        if key not in container:
            container[key] = self._new_mapping(content, key)
        return container[key]

    def _new_mapping(self, content, key):
        return PersistentMapping()

    def remove(self, content, key):
        container = container_of(content)
        if container is None or key not in container:
            return None
        mapping = container.pop(key)
        if not container:
            del IAnnotations(content)[ANNOTATION_KEY]
        return mapping


class AliasedAnnotationStorage(AnnotationStorage):
    """The article's place as well: the same mapping is ``annotations[key]``.

    Data written by the article's own recipe are found and taken over, and
    code that reads ``annotations[key]`` keeps working.
    """

    def read(self, content, key):
        mapping = super().read(content, key)
        return self._alias(content, key) if mapping is None else mapping

    def _alias(self, content, key):
        annotations = IAnnotations(content, None)
        mapping = None if annotations is None else annotations.get(key)
        return mapping if isinstance(mapping, PersistentMapping) else None

    def _new_mapping(self, content, key):
        mapping = self._alias(content, key)
        if mapping is None:
            mapping = IAnnotations(content)[key] = PersistentMapping()
        elif "__provides__" in vars(mapping):
            # Markers that the recipe stored would make the record unloadable
            # once the package that defines them is gone.
            del mapping.__provides__
        return mapping

    def remove(self, content, key):
        removed = super().remove(content, key)
        alias = self._alias(content, key)
        if alias is not None:
            del IAnnotations(content)[key]
        return alias if removed is None else removed


#: Where records are kept unless a form says otherwise.
HOARD = AnnotationStorage()
#: The same, also visible at the place that the article uses.
ALIASED = AliasedAnnotationStorage()
