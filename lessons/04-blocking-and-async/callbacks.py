"""In which process does a callback run, and in which thread?"""
import multiprocessing
import os
import threading


def who():
    return os.getpid()


def told(pid):
    print(f"task in process {pid}, callback in process {os.getpid()}, "
          f"inside {threading.current_thread().name}", flush=True)


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool() as pool:
        print(f"main runs in process {os.getpid()}", flush=True)
        pool.apply_async(who, callback=told)
        pool.close()
        pool.join()
