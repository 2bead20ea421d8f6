"""Pool.apply() in a loop: how many workers work at the same time?"""
import multiprocessing
import re
import sys

WORDS = re.findall("[A-Za-z]{1,31}", open(sys.argv[1], errors="replace").read())


def rhymes(number):
    word = WORDS[number]
    return sum(w[-3:] == word[-3:] for w in WORDS if len(w) >= 3 <= len(word))


if __name__ == "__main__":
    workers, tasks = int(sys.argv[2]), min(int(sys.argv[3]), len(WORDS))
    with multiprocessing.get_context("fork").Pool(workers) as pool:  # 1 create
        for i in range(tasks):
            number = i * len(WORDS) // tasks
            count = pool.apply(rhymes, (number,))  # 2 submit, and wait
            print(f"{WORDS[number]:16} rhymes: {count}")
        pool.close()  # 3 close
        pool.join()  # 4 join
