"""A line between two nodes that can be made bad: a TCP proxy, on a thread of its own.

    line = proxy.Line(listen_port, target_port)
    line.set(delay_s=0.2, bytes_per_s=50_000)     slow
    line.set(is_cut=True)                         connections end, new ones are refused
    line.set(is_silent=True)                      connections stay, nothing goes through any more
    line.half_open()                              far sides end; the near ones are never told
    line.set()                                    a good line again; what was held goes on
    line.close()

Both directions alike. Bytes are never lost or swapped within a connection: TCP does not either."""
import asyncio
import contextlib
import threading

PIECE = 16384


class Pair:
    """A connection and its far side."""

    def __init__(self, near):
        self.near, self.far, self.is_half_open = near, None, False

    def end(self):
        if self.far is not None:
            self.far.transport.abort()
        if not self.is_half_open:
            self.near.transport.abort()


class Line:
    def __init__(self, listen_port, target_port):
        self.listen_port, self.target_port = listen_port, target_port
        self.delay_s = self.bytes_per_s = 0
        self.is_cut = self.is_silent = False
        self.pairs, self.carried_bytes, self.accepted_count = set(), 0, 0
        self.loop, self.ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        if not self.ready.wait(30):
            raise RuntimeError("the proxy does not listen")

    # from any thread

    def set(self, delay_s=0, bytes_per_s=0, is_cut=False, is_silent=False):
        self.delay_s, self.bytes_per_s = delay_s, bytes_per_s
        self.is_cut, self.is_silent = is_cut, is_silent
        if is_cut:
            self.call(lambda: [pair.end() for pair in list(self.pairs)])

    def half_open(self):
        """Every connection of now."""
        def forget():
            for pair in list(self.pairs):
                pair.is_half_open = True
                pair.end()
        self.call(forget)

    def close(self):
        self.call(self.server.close)
        self.call(lambda: [task.cancel() for task in asyncio.all_tasks(self.loop)])
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30)

    def call(self, function):
        done = threading.Event()

        def step():
            try:
                function()
            finally:
                done.set()
        self.loop.call_soon_threadsafe(step)
        done.wait(30)

    # the loop's thread

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self.accept, "127.0.0.1", self.listen_port))
        self.ready.set()
        self.loop.run_forever()

    async def accept(self, reader, writer):
        pair = Pair(writer)
        self.pairs.add(pair)
        self.accepted_count += 1
        try:
            if not self.is_cut:
                far_reader, pair.far = await asyncio.open_connection("127.0.0.1", self.target_port)
                ways = [asyncio.ensure_future(self.carry(reader, pair.far)),
                        asyncio.ensure_future(self.carry(far_reader, writer))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                while pair.is_half_open and not reader.at_eof():
                    await asyncio.sleep(0.1)  # the near side is kept, and read by nobody
        except OSError:
            pass
        finally:
            pair.is_half_open = False
            pair.end()
            self.pairs.discard(pair)

    async def carry(self, reader, writer):
        """One direction, to its end."""
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                while self.is_silent:
                    await asyncio.sleep(0.05)
                pause_s = self.delay_s + (len(data) / self.bytes_per_s if self.bytes_per_s else 0)
                if pause_s:
                    await asyncio.sleep(pause_s)
                writer.write(data)
                await writer.drain()
                self.carried_bytes += len(data)
