"""Pool.imap(): how far does it read ahead of what is asked for?"""
import itertools
import multiprocessing
import re
import sys
import threading

WORDS = re.findall("[A-Za-z]{1,31}", open(sys.argv[1], errors="replace").read())
MADE, ALL = 0, threading.Event()


def source(count):  # it ends: imap() would read on without end
    global MADE
    for word in itertools.islice(itertools.cycle(WORDS), count):
        MADE += 1
        yield word
    ALL.set()


def vowels(word):
    return sum(letter in "aeiouAEIOU" for letter in word)


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(int(sys.argv[2])) as pool:
        results = pool.imap(vowels, source(int(sys.argv[3])))
        ALL.wait()  # nobody has asked for a result yet
        print(f"words made before a result was asked for: {MADE}")
        print(f"vowels: {sum(results)}")
