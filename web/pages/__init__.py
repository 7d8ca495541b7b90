"""The staff's pages, one module for each; every address of theirs is in this table."""

from web.pages import acts, board, bulk, settings, streams
from web.site import Routes

ROUTES: Routes = (*board.ROUTES, *acts.ROUTES, *bulk.ROUTES, *streams.ROUTES, *settings.ROUTES)
