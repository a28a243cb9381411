"""``bncourse site --serve``: the site on this machine alone, as a plain host of files would show it."""

import contextlib
import functools
import http.server
from pathlib import Path

from bncourse.trouble import Trouble


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves static files; packages and notebooks are asked for anew after a build."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".ipynb": "application/json",
        ".whl": "application/zip",
    }

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def copyfile(self, source, outputfile):
        with contextlib.suppress(ConnectionError):  # a page that was closed meanwhile
            super().copyfile(source, outputfile)

    def log_message(self, *about):
        pass


def server(folder, port=0):
    """Return a server of a site's files on this machine's loopback; it runs in ``serve_forever``.

    Raises
    ------
    Trouble
        If there is no site in the folder, or the port is taken.
    """
    folder = Path(folder)
    if not (folder / "index.html").is_file():
        raise Trouble(f"there is no site in {folder}. Make it: bncourse site")
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))
    except OSError as error:
        raise Trouble(f"port {port} cannot be had ({error.strerror}); name another one: --port 8001") from error


def serve(folder, port):
    """Show a site until Ctrl-C."""
    with server(folder, port) as running:
        print(f"The course: http://127.0.0.1:{running.server_address[1]}/ (Ctrl-C ends it)", flush=True)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print("\nEnded.")
    return 0
