"""A map with one bad item: what is said before, and after, it is ready?"""
import multiprocessing
import sys

FORK = multiprocessing.get_context("fork")
GATE = FORK.Event()


def half(number):
    if number == 0:
        GATE.wait()
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


if __name__ == "__main__":
    count = int(sys.argv[1])
    with FORK.Pool() as pool:
        result = pool.map_async(half, [2 * i + (i == count // 2) for i in range(count)])
        try:
            result.successful()
        except ValueError as error:
            print(f"asked too early: {str(error)[-9:]}")
        GATE.set()
        try:
            result.get()  # waits; then hands out no result at all
        except ValueError as error:
            print(f"after waiting: {error}")
