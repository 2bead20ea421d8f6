# SPDX-License-Identifier: MIT
"""Lesson 6 in Python: the ways a pool ends. What would hang gets a time limit."""
import multiprocessing
import os
import signal
import struct
import threading
import time

import twin

FORK = multiprocessing.get_context("fork")
# Made before the pool, so workers have them.
GATE, NEWS, GATE_READERS = os.pipe(), os.pipe(), FORK.Value("q", 0)
ORDERS = {  # the calls, and what they are to return
    "close, join": "ok, ok",
    "join, close, join": "running, ok, ok",
    "close, submit, join": "ok, closed, ok",
    "close, close, join, join": "ok, ok, ok, ok",
    "close, join, submit": "ok, ok, closed",
    "close, join, terminate": "ok, ok, ok",
    "terminate, join": "ok, ok",
    "join, terminate, join": "running, ok, ok",
    "close, terminate, join": "ok, ok, ok",
    "terminate, close, join": "ok, ok, ok",
    "terminate, submit, join": "ok, closed, ok",
    "terminate, terminate, join": "ok, ok, ok",
}


def patient():
    with GATE_READERS.get_lock():
        GATE_READERS.value += 1
    os.read(GATE[0], 1)


def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(NEWS[1], struct.pack("i", os.getpid()))
    while True:
        signal.pause()


def ends_when_asked():
    os.write(NEWS[1], struct.pack("i", os.getpid()))
    signal.pause()


def alive(pids):
    return sum(twin.state(pid) not in "Z-" for pid in pids)


def occupy(pool, task, workers):
    results = [pool.apply_async(task) for _ in range(workers)]
    pids = [struct.unpack("i", os.read(NEWS[0], 4))[0] for _ in range(workers)]
    return results, pids


def error_of(call, *args):
    try:
        call(*args)
    except (ValueError, multiprocessing.TimeoutError) as error:
        return str(error) or type(error).__name__
    return ""


def end_pool(calls, workers, paths):
    """Ends a pool by these calls; what they returned, and how its tasks fared."""
    GATE_READERS.value = 0
    pool, closed, opened, returns = FORK.Pool(workers), False, False, []
    results = [pool.apply_async(patient) for _ in range(workers)]
    results += [pool.apply_async(twin.checksum, (path,)) for path in paths]
    while GATE_READERS.value < workers:  # no worker is idle from here on
        time.sleep(0.001)
    for call in calls.split(", "):
        if call == "join" and closed and not opened:
            os.write(GATE[1], workers * b".")
            opened = True
        error = error_of(*((pool.apply_async, patient) if call == "submit"
                           else (getattr(pool, call),)))
        closed |= call == "close"
        opened |= call == "terminate"
        returns.append({"": "ok", "Pool is still running": "running",
                        "Pool not running": "closed"}.get(error, error))
    return ", ".join(returns), sum(result.ready() for result in results)


def orders(workers, paths):
    whole, answered, never = True, True, True
    print(f"  {'the calls':27} {'return':18} {'done':>8} {'never':>10}")
    for calls, expected in ORDERS.items():
        returns, done = end_pool(calls, workers, paths)
        count = workers + len(paths)
        print(f"  {calls:27} {returns:18} {done:8} {count - done:10}")
        answered &= returns == expected
        early = "terminate" in calls and not calls.startswith("close, join")
        whole &= early or done == count
        never &= not early or done == 0
    print()
    twin.claim(answered, "only two are refused, and at once: join before close or "
                         "terminate, a task after either")
    twin.claim(whole, "close, then join: all tasks were done")
    twin.claim(never, "in Python, terminate before that: no result ever comes, and "
                      "get() without a timeout waits for ever")


def main():
    twin.begin(6, "close, join, terminate")
    workers, tasks = twin.workers(), twin.knob("TASKS", 50, 1, 10000)
    files = twin.files()
    paths = [files[i % len(files)] for i in range(tasks)]

    twin.part("Close, then join")
    pool = FORK.Pool(workers)  # 1 create the pool
    # 2 submit
    slow = pool.apply_async(patient)
    results = [pool.apply_async(twin.checksum, (path,)) for path in paths]
    pids = [child.pid for child in multiprocessing.active_children()]
    join, late = error_of(pool.join), error_of(slow.get, 0.01)
    os.write(GATE[1], b".")
    slow.get()
    pool.close()  # 3 close
    more = error_of(pool.apply, twin.checksum, (paths[0],))
    pool.join()   # 4 join
    done = sum(result.ready() and result.successful() for result in results)
    twin.claim(join != "", f'join while the pool is open: "{join.lower()}"')
    twin.claim(late == "TimeoutError",
               "a get timed out; its task went on, and a later get had it")
    twin.claim(more != "", f'a task after close: "{more.lower()}"')
    twin.claim(done == tasks,
               f"all {done} tasks from before were done by the end of join")
    twin.claim(all(twin.state(pid) == "-" for pid in pids),
               "no worker is left, not even as a zombie")
    results[-1].get()  # 5 use the results
    twin.claim(True, "after it, the results can still be read")

    twin.part("Terminate: now, if the tasks let themselves be asked")
    pool = FORK.Pool(workers)
    running, pids = occupy(pool, stubborn, workers)
    ending = threading.Thread(target=pool.terminate, daemon=True)
    ending.start()
    ending.join(1)
    hangs, left = ending.is_alive(), alive(pids)
    for pid in pids:  # what terminate() does not do
        os.kill(pid, signal.SIGKILL)
    ending.join(30)
    late = error_of(running[0].get, 0.2)
    twin.claim(left == workers, f"{left} tasks ignored SIGTERM; SIGKILL is not to be ignored")
    twin.say("terminate() sends SIGTERM, no more. After a second it "
             + ("still waited, until somebody sent SIGKILL. " if hangs else "was done. ")
             + ("get() on such a task waits for ever: here it had a time limit."
                if late == "TimeoutError" else ""))

    twin.part("Every order, on pools with tasks running and waiting")
    orders(min(workers, 4), paths[:5])

    twin.part("With is terminate, not close")
    with FORK.Pool(workers) as pool:
        occupy(pool, ends_when_asked, workers)
        waiting = [pool.apply_async(twin.checksum, (path,)) for path in paths]
    ran = sum(result.ready() for result in waiting)
    twin.claim(ran == 0, f"in Python, of {tasks} tasks that waited none was run: the end "
                         "of with is a terminate")

    twin.part("The client is killed, and can end nothing")
    client = os.fork()
    if client == 0:
        pool = FORK.Pool(workers)
        for _ in range(workers):
            pool.apply_async(stubborn)
        while True:
            signal.pause()
    pids = [struct.unpack("i", os.read(NEWS[0], 4))[0] for _ in range(workers)]
    os.kill(client, signal.SIGKILL)
    os.waitpid(client, 0)
    left = alive(pids)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    twin.say(f"{left} of its {workers} workers ran on, without a parent, until "
             "somebody killed them.")
    twin.end()


if __name__ == "__main__":
    main()
