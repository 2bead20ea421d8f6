# kill -9 of a worker in the middle of its task, in both of Python's pools.
import concurrent.futures
import multiprocessing
import os
import signal

FORK = multiprocessing.get_context("fork")


def killed(_):
    os.kill(os.getpid(), signal.SIGKILL)


with FORK.Pool(2) as pool:
    try:
        pool.apply_async(killed, (0,)).get(timeout=2)
    except multiprocessing.TimeoutError:
        print("Pool: the worker is replaced, and get() waits for nothing")

with concurrent.futures.ProcessPoolExecutor(2, mp_context=FORK) as executor:
    futures = [executor.submit(killed, i) for i in range(4)]
    broken = sum(
        isinstance(f.exception(), concurrent.futures.process.BrokenProcessPool)
        for f in futures
    )
    print(f"ProcessPoolExecutor: {broken} of 4 tasks fail, the pool is broken")
