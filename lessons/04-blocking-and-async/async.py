"""Pool.apply_async() in a loop: the same tasks, and who is told when?"""
import multiprocessing
import re
import sys

WORDS = re.findall("[A-Za-z]{1,31}", open(sys.argv[1], errors="replace").read())
FORK = multiprocessing.get_context("fork")
GATE = FORK.Event()  # the first task waits for it


def rhymes(number, gated):
    word = WORDS[number]
    count = sum(w[-3:] == word[-3:] for w in WORDS if len(w) >= 3 <= len(word))
    if gated:
        GATE.wait()
    return word, count


def told(answer):  # runs in your process, in a thread of the pool
    print(f"{answer[0]:16} rhymes: {answer[1]}")
    GATE.set()


if __name__ == "__main__":
    workers, tasks = int(sys.argv[2]), min(int(sys.argv[3]), len(WORDS))
    with FORK.Pool(workers) as pool:  # 1 create
        for i in range(tasks):  # 2 submit: returns at once
            pool.apply_async(rhymes, (i * len(WORDS) // tasks, i == 0 and
                                      workers > 1 and tasks > 1), callback=told)
        pool.close()  # 3 close
        pool.join()  # 4 join: and 5 use the results, in told()
