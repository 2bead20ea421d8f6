# SPDX-License-Identifier: MIT
"""A task writes to a pipe that it knows by its number. Does the word arrive?"""
import multiprocessing
import os
import select


def write_word(number):
    try:
        return os.write(number, b"word") and "Success"
    except OSError as error:
        return error.strerror


def attempt(what, to, source):
    said = pool.apply(write_word, (to,))
    here, _, _ = select.select([source], [], [], 0)
    got = len(os.read(source, 4)) if here else 0
    print(f'{what}: write() says "{said}", {got} bytes arrive')


older, taken = os.pipe(), os.open("/dev/null", os.O_WRONLY)
with multiprocessing.get_context("fork").Pool(2) as pool:
    younger = os.pipe()
    attempt("older than the pool", older[1], older[0])
    attempt("younger than the pool", os.dup2(younger[1], 500), younger[0])
    attempt("younger, by a number taken before", os.dup2(younger[1], taken), younger[0])
