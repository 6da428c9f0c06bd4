Keep the data of a z3c.form form in annotations of its content with one mixin, for all field types of Plone, without writing on a GET and without storing anything that needs this package.
