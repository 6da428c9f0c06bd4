from setuptools import Extension
from setuptools import setup


# All other metadata is in pyproject.toml; zc.buildout wants this file, too.
setup(
    ext_modules=[
        # Without a compiler the migration is slower, and nothing else.
        Extension(
            "collective.hoard.migration._flat",
            ["src/collective/hoard/migration/_flat.c"],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
