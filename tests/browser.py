"""Chromium without a head, spoken to in its own protocol over a pipe: a real browser, and no package to drive it.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """One page in a browser.

    Attributes:
        requests: the address of everything that was asked for, by its number; what the page's own policy stopped is not
            in it.
        said: what pages wrote on the console or were refused, likewise.
    """

    def __init__(self) -> None:
        self._home = tempfile.mkdtemp(prefix="browser-")
        own_in, to_browser = os.pipe()
        from_browser, own_out = os.pipe()
        command = [PROGRAM, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self._home}", "--no-first-run"]
        command += ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars"]
        command += ["--no-sandbox"] * (os.geteuid() == 0)  # which root cannot have
        command += ["--font-render-hinting=none", "about:blank"]
        # The browser reads from descriptor 3 and writes to 4, whatever else these are here.
        handed = f'exec "$@" 3<&{own_in} 4>&{own_out}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", handed, "browser", *command],
            pass_fds=(own_in, own_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(own_in)
        os.close(own_out)
        self._out, self._in = os.fdopen(to_browser, "wb", 0), os.fdopen(from_browser, "rb")
        self._session: str | None = None
        self._number = 0
        self._unread = b""
        self.requests: dict[str, str] = {}
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            pass
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            more = os.read(self._in.fileno(), 65_536)
            if not more:
                raise AssertionError("the browser is gone")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\0")
        message = json.loads(line)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests[message["params"]["requestId"]] = message["params"]["request"]["url"]
        if message.get("method") == "Network.loadingFailed" and message["params"].get("blockedReason") == "csp":
            del self.requests[message["params"]["requestId"]]
        if message.get("method") in {"Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"}:
            self.said.append(json.dumps(message["params"]))
        return message

    def show(self, page: Path, *, width: int, dark: bool = False, media: str = "screen", scripts: bool = True) -> None:
        """Load a file in a window of this width."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url=page.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page; the browser asks past the page's own policy."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def printed(self) -> bytes:
        """The page as it is printed on A4, a PDF."""
        self.call("Emulation.setEmulatedMedia", media="")
        return base64.b64decode(self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self.call("Browser.close")
        self._process.wait(30)
        self._out.close()
        self._in.close()
        shutil.rmtree(self._home, ignore_errors=True)
