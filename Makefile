# Each job is a script in scripts/; this file only names them.
PYTHON = @scripts/with-python

.DEFAULT_GOAL = help
.PHONY: bench clean docs help lint locales pictures pins production services setup start test test-all

help:        ## Say what can be made.
	@sed -n 's/^\([a-z-]*\): *## /    make \1\t/p' Makefile | expand -t 24

start:       ## Set everything up and run the demo site. PORT= HOARD_ADMIN_PASSWORD=
	$(PYTHON) scripts/start.py

setup:       ## Set everything up, start nothing.
	$(PYTHON) scripts/set_up.py

test:        ## Run all tests. ARGS="-k ledger -x" goes to pytest.
	$(PYTHON) scripts/run_tests.py $(ARGS)

services:    ## Run the servers that the tests use. ARGS="solr", ARGS=--stop
	$(PYTHON) scripts/services.py $(ARGS)

test-all:    ## Run all tests on each supported Python that is found.
	$(PYTHON) scripts/test_all.py $(ARGS)

lint:        ## Check the style of Python, ZCML and XML.
	$(PYTHON) scripts/lint.py

docs:        ## Build the documentation; a warning is an error.
	$(PYTHON) scripts/build_docs.py

locales:     ## Bring the message catalogues in step with the code.
	@scripts/with-python scripts/set_up.py
	.venv/bin/python scripts/locales.py

pictures:    ## Take the pictures of the documentation anew.
	HOARD_PICTURES="$(CURDIR)/docs/images" scripts/with-python scripts/run_tests.py tests/browser/test_pictures.py

bench:       ## Measure, against the peers in a venv of their own. FULL=1 is slow.
	$(PYTHON) scripts/bench.py $(if $(FULL),--full) $(ARGS)

production:  ## Build the production profile, exercise it, stop it.
	$(PYTHON) scripts/production.py

pins:        ## Resolve all versions anew. MOVE="Plone==6.2.3" moves a held one.
	$(PYTHON) scripts/pins.py $(MOVE)

clean:       ## Remove what was built; var/ with the site's data stays.
	rm -rf .venv .venv-* bin parts develop-eggs eggs build dist docs/_build
	rm -rf .installed.cfg .mr.developer.cfg .pytest_cache .ruff_cache .coverage
