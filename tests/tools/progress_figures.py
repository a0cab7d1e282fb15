#!/usr/bin/env python3
"""How well a server foretells the end of its runs, how often it says so, and how soon it stops them.

Run on a machine that does nothing else:

    tests/tools/progress_figures.py target/release/balmer [--sizes 5000,15000,50000] [--cancels 10]

For each size a survey is simulated and run three times: with nothing known of the machine; once more with its
features made anew; and with the features kept. Prints for each run its seconds, the greatest gap between two events,
whether the fraction ever fell, and the error of the time left after a quarter, a half and three quarters of the run.
Then a run of the largest size is cancelled at random moments: seconds until it is over.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time


class Server:
    def __init__(self, balmer, folder, threads):
        self.folder = folder
        command = [balmer, "--data-dir", folder, "--device", "cpu", "--json"]
        command += ["--threads", str(threads)] if threads else []
        self.process = subprocess.Popen(command + ["serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        text = ""
        while True:
            line = self.process.stdout.readline()
            if not line:
                sys.exit("the server ended: " + text)
            text += line
            try:
                url = json.loads(text)["url"]
                break
            except json.JSONDecodeError:
                pass
        self.address = url.removeprefix("http://").rstrip("/")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address)
        connection.request(method, "/api/v1" + path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text.strip() else None

    def submit(self, spec):
        status, answer = self.ask("POST", "/runs", json.dumps(spec))
        if status != 202:
            sys.exit(f"{status}: {answer}")
        return answer["id"]

    def events(self, run):
        connection = http.client.HTTPConnection(self.address)
        connection.request("GET", f"/api/v1/runs/{run}/events")
        answer, event = connection.getresponse(), {}
        for line in answer:
            name, _, text = line.decode().rstrip("\n").partition(": ")
            if name in ("event", "data", "id"):
                event[name] = text
            elif event:
                yield time.monotonic(), event["event"], int(event["id"]), json.loads(event["data"])
                event = {}


def spec(size, labels):
    found = {"survey": f"s{size}", "recipe": {"min_good_fraction": 0.5}}
    return found | ({"labels": {}} if labels else {})


def watch(server, size, labels):
    begun = time.monotonic()
    run = server.submit(spec(size, labels))
    told = [(at - begun, *event) for at, *event in server.events(run)]
    assert told[-1][1] == "done", told[-1]
    whole, progress = told[-1][0], [t for t in told if t[1] == "progress"]
    fractions, numbers = [t[3]["fraction"] for t in progress], [t[2] for t in told]
    assert fractions == sorted(fractions), "the fraction fell"
    assert all(a < b for a, b in zip(numbers, numbers[1:])), "the numbers do not rise"
    times = [0.0] + [t[0] for t in told]
    gap = max(b - a for a, b in zip(times, times[1:]))
    errors = []
    for share in (0.25, 0.5, 0.75):
        at, _, _, event = next(t for t in progress if t[0] >= share * whole) if progress[-1][0] >= share * whole else progress[-1]
        eta = event["eta_seconds"]
        errors.append("   none" if eta is None else f"{100 * (eta / (whole - at) - 1):+6.0f} %")
    provenance = server.ask("GET", f"/runs/{run}")[1]["provenance"]
    stages = ", ".join(f"{t['stage']} {t['seconds']:.2f}" for t in provenance["timings"])
    return f"{whole:7.2f} s  gap {gap:.2f} s  left after 1/4, 1/2, 3/4: {' '.join(errors)}  ({stages})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("balmer")
    parser.add_argument("--sizes", default="5000,15000,50000")
    parser.add_argument("--cancels", type=int, default=10)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--folder", help="a data directory that is kept")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    folder = options.folder or tempfile.mkdtemp(prefix="balmer-progress-")
    for size in sizes:
        if not os.path.exists(f"{folder}/surveys/s{size}"):
            subprocess.run([options.balmer, "--data-dir", folder, "-q", "simulate", f"s{size}", "--count", str(size), "--seed", "1"],
                           check=True, stdout=subprocess.DEVNULL)
    server = Server(options.balmer, folder, options.threads)
    forget = lambda size: shutil.rmtree(f"{folder}/surveys/s{size}/features", ignore_errors=True)
    try:
        for size in sizes:
            if os.path.exists(f"{folder}/timings.json"):
                os.remove(f"{folder}/timings.json")
            for name in ("unknown machine", "known machine", "features kept"):
                if name != "features kept":
                    forget(size)
                print(f"{size:>9,} {name:<16}{watch(server, size, False)}", flush=True)
        random.seed(1)
        found = []
        for _ in range(options.cancels):
            forget(sizes[-1])
            run = server.submit(spec(sizes[-1], False))
            time.sleep(random.uniform(0.1, 25 * sizes[-1] / 50_000))
            stage = server.ask("GET", f"/runs/{run}")[1]["stage"]
            asked = time.monotonic()
            server.ask("POST", f"/runs/{run}/cancel")
            while server.ask("GET", f"/runs/{run}")[1]["status"] in ("queued", "running"):
                time.sleep(0.01)
            found.append((time.monotonic() - asked, stage))
        print("cancelled after " + ", ".join(f"{seconds:.2f} s ({stage})" for seconds, stage in sorted(found)))
    finally:
        server.process.terminate()
        server.process.wait()
        if not options.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
