"""Working copies (plone.app.iterate): records of their own until checked in.

plone.app.iterate puts the annotations of folderish content into the working
copy, and those of every working copy back, by reference.  A record that both
share would show half-finished edits to the public.
"""

from collective.hoard.storage.interfaces import ANNOTATION_KEY
from collective.hoard.storage.places import container_of
from collective.hoard.storage.versioning import clone_container
from zope.annotation.interfaces import IAnnotations


def separate_from_baseline(event):
    """After check-out: give the working copy records of its own."""
    baseline = container_of(event.object)
    if baseline is not None and container_of(event.working_copy) is baseline:
        _give_own_records(event.working_copy, baseline)


def prepare_checkin(event):
    """Before check-in: what was removed in the working copy goes as well."""
    removed = set(container_of(event.baseline) or ())
    removed -= set(container_of(event.object) or ())
    annotations = IAnnotations(event.baseline)
    for key in removed:
        if annotations.get(key) is container_of(event.baseline)[key]:
            del annotations[key]
    if container_of(event.object) is None and ANNOTATION_KEY in annotations:
        del annotations[ANNOTATION_KEY]


def finish_checkin(event):
    """After check-in: part from the working copy, which may be undeleted."""
    container = container_of(event.object)
    if container is not None:
        _give_own_records(event.object, container)


def _give_own_records(content, container):
    annotations = IAnnotations(content)
    fresh = annotations[ANNOTATION_KEY] = clone_container(container)
    for key, mapping in container.items():
        if annotations.get(key) is mapping:  # the article's place, see places.py
            annotations[key] = fresh[key]
