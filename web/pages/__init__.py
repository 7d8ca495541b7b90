"""The staff's pages, one module for each; every address of theirs is in this table."""

from web.pages import board, deal_live, fields, files, settings, talk, tasks
from web.site import Routes

ROUTES: Routes = (
    *board.ROUTES,
    *talk.ROUTES,
    *deal_live.ROUTES,
    *fields.ROUTES,
    *files.ROUTES,
    *tasks.ROUTES,
    *settings.ROUTES,
)
