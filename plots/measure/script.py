# SPDX-License-Identifier: MIT
"""The benchmark's Python side: script.py map|executor|apply|process|memory N
WORKERS.

Does the work of the C side with the standard library, checks the results and
prints one number: nanoseconds per item, or bytes per pending task.
"""
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def tiny(item):
    return item * 3 + 1


def check(items, results):
    if list(results) != [item * 3 + 1 for item in items]:
        sys.exit("script.py: wrong result")


def timed(work, items):
    """Runs work twice, the first time to warm up; nanoseconds per item."""
    check(items, work(items))
    begin = time.perf_counter_ns()
    results = work(items)
    end = time.perf_counter_ns()
    check(items, results)
    return (end - begin) / len(items)


def resident():
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["VmRSS"].split()[0]) * 1024


def memory(context, n, workers):
    """Resident bytes that n tasks take while the workers are held up."""
    gate = context.Event()
    with context.Pool(workers, set_gate, (gate,)) as pool:
        held = [pool.apply_async(wait_at_gate) for _ in range(workers)]
        before = resident()
        tasks = [pool.apply_async(tiny, (i,)) for i in range(n)]
        growth = resident() - before
        gate.set()
        check(range(n), [task.get() for task in tasks])
        for one in held:
            one.get()
    return growth / n


def set_gate(event):
    global gate_of_this_worker
    gate_of_this_worker = event


def wait_at_gate():
    gate_of_this_worker.wait()


def one_process_each(context, items):
    """A process per task, started and joined one after the other."""
    results = context.RawArray("q", len(items))
    for i in items:
        process = context.Process(target=tiny_into, args=(results, i))
        process.start()
        process.join()
    return results


def tiny_into(results, item):
    results[item] = tiny(item)


def main():
    what, n, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    context = multiprocessing.get_context("fork")
    items = range(n)
    if what == "memory":
        print(memory(context, n, workers))
    elif what == "process":
        print(timed(lambda it: one_process_each(context, it), items))
    elif what == "executor":
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            print(timed(lambda it: list(pool.map(tiny, it, chunksize=1)),
                        items))
    else:
        with context.Pool(workers) as pool:
            works = {
                "map": lambda it: pool.map(tiny, it, chunksize=1),
                "apply": lambda it: [pool.apply(tiny, (i,)) for i in it],
            }
            print(timed(works[what], items))


main()
