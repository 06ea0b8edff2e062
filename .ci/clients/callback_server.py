"""A server that is called back by OSS: it keeps what it was told, and fails where it is asked to."""

import contextlib
import http.server
import json
import threading


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.headers["Content-Type"], json.loads(body)))
        reply = b'{"Status":"OK"}'
        self.send_response(500 if self.path == "/fails" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving():
    """Gives the URL of the server and the list of what it was told."""
    server = http.server.HTTPServer(("127.0.0.1", 0), _Handler)
    server.told = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.told
    finally:
        server.shutdown()
        server.server_close()
