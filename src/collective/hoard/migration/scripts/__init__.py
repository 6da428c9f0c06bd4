"""Scripts for ``bin/instance run``: see docs/how-to/migrate-a-plone-site.md."""

import os
import sys


def arguments_of(script):
    """What follows the file *script* on the command line.

    ``bin/instance run`` begins ``sys.argv`` with the script, ``zconsole run``
    with itself.
    """
    names = [os.path.basename(argument) for argument in sys.argv]
    return sys.argv[names.index(script) + 1 :] if script in names else []
