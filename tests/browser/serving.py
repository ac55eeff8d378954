"""A live server that knows whom it is still serving, so that nobody flushes the database under a request."""

import socket
import sys
import threading
import traceback

from django.core.servers.basehttp import ThreadedWSGIServer

PATIENCE = 30
"""Seconds after which a request that still runs is a fault."""


class WatchedServer(ThreadedWSGIServer):
    """Counts connections rather than requests: what a browser sent last may not have been read yet."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._changed = threading.Condition()
        # The thread that serves each client, None before it has begun.
        self._served: dict[tuple, int | None] = {}

    def process_request(self, request, client_address):
        with self._changed:
            self._served[client_address] = None
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        with self._changed:
            self._served[client_address] = threading.get_ident()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                del self._served[client_address]
                self._changed.notify_all()

    def wait_until_idle(self, seconds: float = PATIENCE) -> None:
        """Return when every connection that was opened before is served and closed.

        Raises TimeoutError, with what the threads are doing, when that takes more than `seconds`.
        """
        self._take_on_all_who_wait(seconds)
        with self._changed:
            if not self._changed.wait_for(lambda: not self._served, seconds):
                raise TimeoutError(
                    f"The live server is still busy after {seconds} s:\n{self._doings()}"
                )

    def _take_on_all_who_wait(self, seconds: float) -> None:
        """Queue as the last of those who wait to be taken on, and say nothing: the server then hangs up."""
        with socket.create_connection(self.server_address, seconds) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)

    def _doings(self) -> str:
        frames = sys._current_frames()
        return "\n".join(
            f"{client}:\n{''.join(traceback.format_stack(frames[thread]))}"
            for client, thread in self._served.items()
            if thread in frames
        )
