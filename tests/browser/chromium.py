"""Chromium as a reader has it, against the pages of a DSP; and what it sees: pictures, accessibility, complaints."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.interop.npm import installed
from tests.support.debian import fetched, fetched_environment

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page

PICTURES = "SMETS_BROWSER_PICTURES"
"""Names a folder in which screenshots are kept; else they are made and thrown away."""

HEADLESS = "chromium-headless-shell"
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
END_OF_PAGE = "document.querySelector('.bottom').getBoundingClientRect().bottom + window.scrollY"
PATIENCE_MS = 20_000.0
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


@dataclass
class Reader:
    """One window. `complaints` are what the browser itself found wrong: scripts that failed, what a rule forbade."""

    page: "Page"
    root: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    async def goes_to(self, path: str) -> None:
        """A page of the site."""
        await self.page.goto(f"{self.root}{path}")

    async def develops(self, name: str) -> None:
        """Signs in by picking."""
        await self.goes_to("/sign-in")
        await self.page.get_by_role("button", name=name).first.click()
        await self.page.wait_for_url(f"{self.root}/inventory")

    async def wears(self, theme: Theme) -> None:
        """As if the system's theme changed while the page is open."""
        await self.page.emulate_media(color_scheme=theme)

    async def pictured(self, name: str) -> Path:
        """The page from its top to its end, however high the window is."""
        file = self.pictures / f"{name}.png"
        height = float(await self.page.evaluate(END_OF_PAGE))
        size = self.page.viewport_size
        assert size is not None
        await self.page.screenshot(
            path=file, full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": height}
        )
        return file

    async def barriers(self) -> list[str]:
        """What axe-core finds against the page, by rule and element: none is right."""
        axe = installed("axe", Path(__file__).parent) / "node_modules" / "axe-core" / "axe.min.js"
        await self.page.evaluate(axe.read_text("utf-8"))
        found = await self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['html'][:200]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]


@asynccontextmanager
async def launched() -> AsyncIterator["Browser"]:
    """Chromium without a window. Skips the test where there is none."""
    playwright = pytest.importorskip("playwright.async_api")
    found = _program()
    if found is None:
        pytest.skip(
            "chromium is missing: scripts/set_up_chromium fetches it, or Debian: apt-get install chromium"
        )
    environment = {**os.environ, **fetched_environment(HEADLESS)}
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=found, args=list(OPTIONS), env=environment)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def reading(
    address: str,
    folder: Path,
    *,
    browser: "Browser | None" = None,
    theme: Theme = "light",
    width: int = 1280,
    scripts: bool = True,
) -> AsyncIterator[Reader]:
    """In this browser, or else in one of its own."""
    async with AsyncExitStack() as stack:
        if browser is None:
            browser = await stack.enter_async_context(launched())
        context = await browser.new_context(
            color_scheme=theme,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            locale="en-GB",
            reduced_motion="reduce",
        )
        stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        reader = Reader(await context.new_page(), f"http://{address}", _pictures(folder))
        reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        reader.page.on("console", lambda message: _note(reader, message))
        yield reader


def _program() -> str | None:
    on_path = shutil.which("chromium") or shutil.which(HEADLESS)
    unpacked = fetched(HEADLESS) / "usr/lib/chromium" / HEADLESS
    return on_path or (str(unpacked) if unpacked.exists() else None)


def _pictures(folder: Path) -> Path:
    pictures = Path(os.environ.get(PICTURES) or folder)
    pictures.mkdir(parents=True, exist_ok=True)
    return pictures


def _note(reader: Reader, message: "ConsoleMessage") -> None:
    if message.type in {"error", "warning"}:
        reader.complaints.append(message.text)
