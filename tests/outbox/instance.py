"""A Zope instance for the tests of the command; roles as in `process.py`.

    python instance.py make|serve|script FOLDER

``make`` puts a site into its database, with a message for a target that nobody
registered; ``serve`` serves it, prints the port, and ends when its input does.
"""

from pathlib import Path
import logging
import sys
import transaction


ZOPE_CONF = """\
instancehome {folder}
<zodb_db main>
  mount-point /
  <filestorage>
    path {folder}/Data.fs
  </filestorage>
</zodb_db>
"""
SITE_ZCML = """\
<configure xmlns="http://namespaces.zope.org/zope"
           xmlns:five="http://namespaces.zope.org/five">
  <include package="Zope2.App" />
  <five:loadProducts file="meta.zcml" />
  <five:loadProducts />
  <five:loadProductsOverrides />
</configure>
"""
ADMIN, PASSWORD = "admin", "only for this test"


def make(folder):
    from AccessControl.SecurityManagement import newSecurityManager
    from collective.hoard.outbox import send
    from plone.base.utils import get_installer
    from Products.CMFPlone.factory import addPloneSite
    from Testing.makerequest import makerequest
    from zope.component.hooks import setSite
    from zope.globalrequest import setRequest
    from Zope2.Startup.run import configure_wsgi
    import Zope2

    (folder / "etc").mkdir()
    (folder / "zope.conf").write_text(ZOPE_CONF.format(folder=folder))
    (folder / "etc" / "site.zcml").write_text(SITE_ZCML)
    (folder / "inituser").write_text(f"{ADMIN}:{PASSWORD}\n")
    configure_wsgi(str(folder / "zope.conf"))
    root = makerequest(Zope2.app())
    setRequest(root.REQUEST)
    newSecurityManager(None, root.acl_users.getUser(ADMIN).__of__(root.acl_users))
    site = addPloneSite(root, "Plone", distribution_name="classic", setup_content=False)
    setSite(site)
    get_installer(site).install_product("collective.hoard")
    send(site, "sink", "for nobody")
    transaction.commit()


def serve(folder):
    from waitress import create_server
    from Zope2.Startup.run import make_wsgi_app
    from ZPublisher.httpexceptions import HTTPExceptionHandler

    logging.basicConfig(level=logging.INFO)
    app = HTTPExceptionHandler(make_wsgi_app({}, str(folder / "zope.conf")))
    server = create_server(app, host="127.0.0.1", port=0)
    print(server.effective_port, flush=True)
    server.run()


def script(folder):
    """As ``bin/instance run`` does."""
    from collective.hoard.outbox import startup
    from Zope2.utilities import zconsole

    path = folder / "script.py"
    path.write_text("")
    zconsole.runscript(str(folder / "zope.conf"), str(path))
    print(startup.running)


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
