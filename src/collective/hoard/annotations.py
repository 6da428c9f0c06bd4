"""Reading an annotation of a site root, as every submission does several times."""

from zope.annotation.interfaces import IAnnotations


def find_annotation(root, key):
    """``IAnnotations(root).get(key)``, without the look-up of an adapter where the
    annotation is an attribute, as it is of all content. For content that look-up
    costs a hundred times what is looked up.
    """
    attribute = getattr(getattr(root, "aq_base", root), "__annotations__", None)
    found = None if attribute is None else attribute.get(key)
    return IAnnotations(root).get(key) if found is None else found
