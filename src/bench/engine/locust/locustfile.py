# What locust's master and its workers run. JOB, the text of a JSON document, and SENTINEL stand before this.
#
# Each worker counts what it sees and tells it once, when the test has stopped. The master adds nothing: it prints what
# each worker has told. Latencies are in microseconds, to a thousandth; locust itself rounds them to two digits.

import base64
import gevent
import itertools
import json
import random
import sys
import time

from gevent import GreenletExit, Timeout
from locust import FastHttpUser, constant, events, task
from locust.contrib.fasthttp import LocustBadStatusCode
from locust.runners import MasterRunner, WorkerRunner

JOB = json.loads(JOB)
BODIES = [base64.b64decode(endpoint["body"]) for endpoint in JOB["endpoints"]]
INDEXES = range(len(BODIES))
WEIGHTS = [endpoint["weight"] for endpoint in JOB["endpoints"]]
# The names that stand for connections that could not be made.
CONNECT = ("ConnectionRefusedError", "gaierror", "ConnectTimeout", "SSLError", "SSLCertVerificationError")
# A step of the histogram is a microsecond up to this many, and then a thousandth.
STEPS = 1024


class Seen:
    def __init__(self):
        self.raw, self.corrected, self.statuses, self.seconds = {}, {}, {}, {}
        self.requests = self.bytes = 0
        self.errors = {"connect": 0, "read": 0, "timeout": 0}
        self.cause = None
        self.begin = time.perf_counter()
        self.cpu = time.process_time()

    def latency(self, taken, late):
        count(self.raw, step(taken))
        count(self.corrected, step(taken + late))

    def report(self, until):
        return {
            "duration_us": round((until - self.begin) * 1e6),
            "cpu_us": round((time.process_time() - self.cpu) * 1e6),
            "requests": self.requests,
            "bytes": self.bytes,
            "errors": self.errors,
            "cause": self.cause,
            "statuses": sorted(self.statuses.items()),
            "seconds": sorted(self.seconds.items()),
            "raw": sorted(self.raw.items()),
            "corrected": sorted(self.corrected.items()),
        }


SEEN = Seen()
STOPPED = None


def count(counts, key):
    counts[key] = counts.get(key, 0) + 1


def step(seconds):
    micros, width = max(1, round(seconds * 1e6)), 1
    while micros // width >= 2 * STEPS:
        width *= 2
    return micros // width * width + width - 1


def share(now):
    length = max(JOB["seconds"], 0.001)
    at = min(max(now - SEEN.begin, 0.0), length)
    return JOB["from"] + (JOB["to"] - JOB["from"]) * at / length


class Asking(FastHttpUser):
    host = JOB["host"]
    wait_time = constant(0)
    network_timeout = connection_timeout = JOB["timeout"]
    insecure = JOB["insecure"]
    max_redirects = 0
    concurrency = 1
    numbers = itertools.count()

    def on_start(self):
        number = next(Asking.numbers)
        # Cookies would make one request depend on another.
        self.client.client.cookiejar = None
        self.random = random.Random(f"{JOB['seed']} {number}")
        # Spread evenly over 0 to 1 however many there are.
        self.place = (number * 0.6180339887498949 + 0.5) % 1
        self.due = SEEN.begin + self.place * self.interval(SEEN.begin)

    def interval(self, now):
        if JOB["rate"] is None:
            return 0.0
        return JOB["users"] / (JOB["rate"] * max(share(now), 0.01))

    def slot(self):
        """Waits for its turn. The time at which the request should start, or None when there is none yet."""
        now = time.perf_counter()
        if JOB["rate"] is None:
            if self.place < share(now) or (self.place == 0.5 and share(now) > 0):
                return now
            gevent.sleep(0.02)
            return None
        due = self.due
        if due > now:
            gevent.sleep(due - now)
        self.due += self.interval(self.due)
        return due

    @task
    def ask(self):
        due = self.slot()
        if due is None:
            return
        index = self.random.choices(INDEXES, WEIGHTS)[0]
        endpoint = JOB["endpoints"][index]
        begin = time.perf_counter()
        try:
            with Timeout(JOB["timeout"]):
                self.client.request(
                    endpoint["method"],
                    endpoint["url"],
                    name=str(index),
                    data=BODIES[index] or None,
                    headers=endpoint["headers"],
                    allow_redirects=False,
                    context={"late": max(0.0, begin - due)},
                )
        except GreenletExit:
            self.broken_off(begin, due)
            raise

    def broken_off(self, begin, due):
        """What is on its way at the end counts with its age, and so does what it kept from being asked."""
        now = time.perf_counter()
        SEEN.latency(now - begin, max(0.0, begin - due))
        while JOB["rate"] is not None and self.due < now:
            count(SEEN.corrected, step(now - self.due))
            self.due += self.interval(self.due)


@events.request.add_listener
def on_request(response_time, response_length, response, exception, context, **_):
    seconds = response_time / 1000
    if exception is None or isinstance(exception, LocustBadStatusCode):
        SEEN.requests += 1
        SEEN.bytes += response_length
        count(SEEN.statuses, response.status_code)
        count(SEEN.seconds, int(time.perf_counter() - SEEN.begin))
        SEEN.latency(seconds, context["late"])
        return
    name = type(exception).__name__
    if isinstance(exception, (Timeout, TimeoutError)):
        SEEN.errors["timeout"] += 1
        SEEN.latency(JOB["timeout"], context["late"])
    elif name in CONNECT:
        SEEN.errors["connect"] += 1
        SEEN.cause = SEEN.cause or str(exception)
        gevent.sleep(0.01)
    else:
        SEEN.errors["read"] += 1


@events.init.add_listener
def on_init(environment, **_):
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        events.test_start.add_listener(lambda **_: begin(runner))
        events.test_stopping.add_listener(lambda **_: stopping())
        events.test_stop.add_listener(lambda **_: runner.send_message("sdd", SEEN.report(STOPPED)))
    elif isinstance(runner, MasterRunner):
        reports = []
        runner.register_message("sdd", lambda environment, msg, **_: reports.append(msg.data))
        events.test_start.add_listener(lambda **_: gevent.spawn(conduct, runner, reports))


def begin(runner):
    global SEEN
    SEEN = Seen()
    # Each by its own clock: the master begins earlier, and its word takes a while.
    gevent.spawn_later(JOB["seconds"], runner.stop)


def stopping():
    global STOPPED
    STOPPED = time.perf_counter()


def conduct(runner, reports):
    until = time.monotonic() + JOB["seconds"] + JOB["patience"]
    while len(reports) < JOB["workers"] and time.monotonic() < until:
        gevent.sleep(0.05)
    sys.stdout.write("\n" + SENTINEL + "\n" + json.dumps(reports) + "\n")
    sys.stdout.flush()
    runner.quit()
