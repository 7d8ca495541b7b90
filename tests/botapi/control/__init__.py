"""What tests may do to the server: one function each, found by its name under /control/<bot id>/<name>.

A body is a JSON object of the function's keyword arguments, an answer is JSON. A wait that ends in vain answers null.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
