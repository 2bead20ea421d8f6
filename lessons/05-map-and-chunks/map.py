"""Pool.map(): in which order do the items end, and the results come?"""
import multiprocessing
import re
import sys

FORK = multiprocessing.get_context("fork")
WORDS = re.findall("[A-Za-z]{1,31}", open(sys.argv[1], errors="replace").read())
ENDED, LAST = FORK.Semaphore(0), FORK.Value("q", 0)  # made before the pool
WORKERS, TASKS = int(sys.argv[2]), min(int(sys.argv[3]), len(WORDS))


def vowels(number):
    count = sum(letter in "aeiouAEIOU" for letter in WORDS[number])
    for _ in range(TASKS - 1 if number == 0 and WORKERS > 1 else 0):
        ENDED.acquire()  # the first item ends after all others
    LAST.value = number
    ENDED.release()
    return count


if __name__ == "__main__":
    with FORK.Pool(WORKERS) as pool:
        for i, count in enumerate(pool.map(vowels, range(TASKS), 1)):
            print(f"{i:2}  {WORDS[i]:16} vowels: {count}")
    print(f"the last to end was item {LAST.value}")
