"""A package, since pyramid_jinja2 looks for templates beside the package that includes it."""
