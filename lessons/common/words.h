// SPDX-License-Identifier: MIT
// Reads the words of a text: the input on which lessons work.
// Runs in: the program that includes it.
#ifndef WORDS_H
#define WORDS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    char (*word)[32]; // letters only; longer ones are cut in pieces
    size_t count;
};

// Ends the program with a sentence if there is no such file, no word in it, or
// no memory.
static inline struct words read_words(const char *path) {
    struct words words = {NULL, 0};
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    for (int got = 0; got != EOF;) {
        if ((words.count & (words.count - 1)) == 0) { // double it
            size_t room = 2 * words.count + 1;
            words.word = realloc(words.word, room * sizeof *words.word);
            if (!words.word) {
                perror("realloc");
                exit(1);
            }
        }
        got = fscanf(file, "%31[A-Za-z]", words.word[words.count]);
        words.count += got == 1;
        if (got != EOF && fscanf(file, "%*[^A-Za-z]") == EOF)
            got = EOF;
    }
    if (ferror(file)) {
        perror(path);
        exit(2);
    }
    if (words.count == 0) {
        fprintf(stderr, "%s holds no word (letters A to Z).\n", path);
        exit(2);
    }
    fclose(file);
    return words;
}

#endif
