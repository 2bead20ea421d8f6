"""The same map on Python's Pool: what travels to its workers?"""
import multiprocessing
import pickle
import re
import sys


def letters(word):
    return "".join(sorted(word))


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "LICENSE"
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    with open(path, encoding="latin-1") as file:
        words = re.findall("[A-Za-z]{1,31}", file.read())
    words = [words[i % len(words)] for i in range(count)]
    with multiprocessing.Pool(workers) as pool:
        for word, result in zip(words, pool.map(letters, words)):
            print(f"{word}: {result}")
    print(f"{count} here, 0 lost")
    names = pickle.dumps(letters, protocol=0)[1:].split()[:2]
    print("letters travels as", *(name.decode() for name in names))
    try:
        pickle.dumps(lambda word: word)
    except (pickle.PicklingError, AttributeError):
        print("a lambda cannot travel")
