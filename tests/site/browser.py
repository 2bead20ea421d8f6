# SPDX-License-Identifier: MIT
"""A headless Chromium, driven by the W3C WebDriver protocol through
chromedriver: as much of the protocol as the site's test needs."""

import json
import subprocess
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name for one
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
           "--disable-dev-shm-usage", "--window-size=1280,900"]


class Browser:
    """with Browser() as browser: browser.open(url) …"""

    def __init__(self, dark=False):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            self._start(dark)
        except BaseException:
            self.driver.kill()
            self.driver.wait()
            raise

    def _start(self, dark):
        for line in self.driver.stdout:  # "… started successfully on port N."
            if "started successfully on port" in line:
                break
        else:
            raise OSError("chromedriver did not start")
        self.base = "http://127.0.0.1:" + line.rstrip(".\n").rsplit(" ", 1)[1]
        options = {"binary": "/usr/bin/chromium", "args": OPTIONS}
        found = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "timeouts": {"script": 300000}, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/session/" + found["sessionId"]
        self.devtools("Emulation.setEmulatedMedia", features=[{
            "name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()

    def _ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def open(self, url):
        self._ask("POST", "/url", {"url": url})

    def windows(self):
        return self._ask("GET", "/window/handles")

    def window(self, handle):
        """The window that the next calls are about."""
        self._ask("POST", "/window", {"handle": handle})

    def close(self):
        self._ask("DELETE", "/window")

    def url(self):
        return self._ask("GET", "/url")

    def run(self, script, *args):
        """Runs JavaScript in the page; what it returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": args})

    def asynchronous(self, script):
        """Runs JavaScript that calls its last argument with what it found."""
        return self._ask("POST", "/execute/async", {"script": script, "args": []})

    def asynchronous_with(self, script, *args):
        """The same, with arguments before that last one."""
        return self._ask("POST", "/execute/async", {"script": script, "args": args})

    def wait(self, script, *args):
        """Runs JavaScript at every frame until it returns something true."""
        return self._ask("POST", "/execute/async", {"args": args, "script": f"""
            const args = Array.from(arguments), done = args.pop();
            const look = () => {{
                const found = (function () {{ {script} }}).apply(null, args);
                if (found) done(found); else requestAnimationFrame(look);
            }};
            look();"""})

    def click(self, css):
        found = self._ask("POST", "/element", {"using": "css selector", "value": css})
        self._ask("POST", f"/element/{found[ELEMENT]}/click", {})

    def keys(self, text):
        """Types into whatever has the focus."""
        actions = [{"type": kind, "value": key}
                   for key in text for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": actions}]})

    def devtools(self, command, **params):
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def size(self, width, height):
        """The size of the page's window, as on a device of that size."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)

    def console(self):
        """What the console has got since the last call."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]

    def picture(self, file):
        import base64
        data = self._ask("GET", "/screenshot")
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))
