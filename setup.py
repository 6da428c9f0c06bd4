from setuptools import setup


setup()  # All metadata is in pyproject.toml; zc.buildout wants this file.
