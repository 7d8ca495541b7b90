"""The page of the board, in the test's own process."""

import aiohttp

from core.redis import Wakeups
from pipeline.bulk import PutInStage, start
from pipeline.bulks import Bulks
from pipeline.staff.sessions import enter, link_for
from tests.contract.webchat import webchat_rig
from tests.unit.test_board import several, stage_id


async def test_whoever_comes_back_to_the_board_sees_the_act_that_goes_on() -> None:
    async with webchat_rig() as rig:
        shop = rig.office
        admin, deals = await shop.admin(), await several(shop, 2)
        act = PutInStage(await stage_id(shop, "Offer sent"))
        async with shop.database.unit() as uow:
            session = await enter(uow, await link_for(uow, admin.id), agent=None)
            bulk_id = await start(uow, admin, act, deals=deals, client_key="1")
        cookies = {rig.site.cookie: session}
        async with aiohttp.ClientSession(
            rig.url, cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as browser:

            async def shown(path: str) -> str:
                async with browser.get(path) as answer:
                    return await answer.text()

            assert "0 of 2" in await shown("/board")
            bulks = Bulks(shop.database, Wakeups(None), sweep_seconds=5)
            while await bulks.step():
                pass
            assert "2 of 2" in await shown(f"/board/bulks/{bulk_id}/short")
            assert "of 2" not in await shown("/board")
