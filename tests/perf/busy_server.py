"""A service that works for every answer: it counts up to a number before it answers, in one thread.

python3 busy_server.py PORT COUNT
"""

import asyncio
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def work(count: int) -> None:
    """Keep a processor busy; the time of it is in proportion to the count."""
    for _ in range(count):
        pass


class Service(asyncio.Protocol):
    """One connection. Requests have no body, so each ends with its head."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *heads, self.read = (self.read + data).split(b"\r\n\r\n")
        for _ in heads:
            work(self.count)
            self.transport.write(ANSWER)


async def main(port: int, count: int) -> None:
    """Answer until somebody ends the process."""
    server = await asyncio.get_running_loop().create_server(lambda: Service(count), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
