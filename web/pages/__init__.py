"""The staff's pages, one module for each; every address of theirs is in this table."""

from web.pages import (
    acts,
    attention,
    board,
    bulk,
    company,
    deal_live,
    fields,
    files,
    settings,
    streams,
    talk,
    tasks,
    triggers,
)
from web.site import Routes

ROUTES: Routes = (
    *board.ROUTES,
    *acts.ROUTES,
    *attention.ROUTES,
    *bulk.ROUTES,
    *streams.ROUTES,
    *talk.ROUTES,
    *deal_live.ROUTES,
    *fields.ROUTES,
    *files.ROUTES,
    *tasks.ROUTES,
    *triggers.ROUTES,
    *settings.ROUTES,
    *company.ROUTES,
)
