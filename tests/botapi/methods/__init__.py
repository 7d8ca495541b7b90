"""The methods of the Bot API, one function each, found by their place; HTTP and faults are not known here."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
