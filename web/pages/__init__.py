"""The staff's pages, one module for each; every address of theirs is in this table."""

from web.pages import board, settings
from web.site import Routes

ROUTES: Routes = (*board.ROUTES, *settings.ROUTES)
