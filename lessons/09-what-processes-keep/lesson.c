// SPDX-License-Identifier: MIT
// Lesson 9: what a pool's processes keep, and a fresh process does not.
// Part 2, the table, is in look.c, part 4 in nested.c, the task in count.c.
// Runs in: client.
#include "count.h"
#include "look.h"
#include "nested.h"

#include <stdlib.h>

#define LIFE 10  // tasks, then a worker is replaced
#define CHUNK 25 // tasks that a worker takes at a time

static struct summary run(struct pool *pool, const size_t *items, size_t tasks,
                          size_t chunk, struct answer *answers) {
    // 2 submit, and wait
    lesson_must(pool_map(pool, count, items, tasks, sizeof *items, answers,
                         sizeof *answers, chunk));
    lesson_must(pool_close(pool));    // 3 close
    lesson_must(pool_join(pool));     // 4 join
    return summarize(answers, tasks); // 5 use the results
}

int main(void) {
    lesson_begin(9, "what pooled processes keep");
    size_t workers = lesson_workers(), tasks = lesson_tasks(100, 10000);
    size_t alone = tasks < 100 ? tasks : 100, letters = 0;
    unsigned differ;
    size_t *items = lesson_calloc(tasks, sizeof *items);
    struct answer *answers = lesson_calloc(tasks, sizeof *answers);
    words = lesson_words(tasks, true);
    for (size_t i = 0; i < tasks; i++) {
        lesson_nearest(&words, words.word[items[i] = i].text, &differ);
        letters += differ;
    }
    lesson_predict("A task adds 1 to a global variable and returns it. Many "
                   "such tasks run on a pool. Which numbers come back?",
                   (const char *[]){"always 1: variables are copied",
                                    "1, 2, 3 ... up to the number of tasks, "
                                    "each once",
                                    "1, 2, 3 ... from every worker for itself",
                                    NULL});

    lesson_part("A variable, from task to task");
    for (size_t i = 0; i < alone; i++)
        if (!run_fresh(count, &i, sizeof i, &answers[i], sizeof *answers))
            return lesson_failed("fork", 0);
    struct summary fresh = summarize(answers, alone);
    lesson_claim(fresh.processes == alone && fresh.longest == 1,
                 "%zu fresh processes: each of them counted 1", alone);
    // 1 create the pool
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    struct summary kept = run(pool, items, tasks, 1, answers);
    pool_destroy(pool);
    lesson_say("The pool ran %zu tasks. This time %zu of %zu workers took part "
               "and the busiest one counted to %zu.",
               tasks, kept.processes, workers, kept.longest);
    lesson_claim(
        kept.whole && kept.processes <= workers,
        "each worker counted its own tasks, 1, 2, 3 ... without a gap");
    lesson_claim(calls == 0, "the client's variable is still 0");
    lesson_claim(kept.letters == letters,
                 "the words were read before the fork: the workers have them "
                 "all, and none was sent");
    lesson_claim(fresh.same_draw && kept.same_draw,
                 "the first \"random\" number is the same in every process");

    lesson_part("What a task finds, in a fresh process and in a worker");
    if (look_table() != 0)
        return EXIT_FAILURE;

    lesson_part("An initialiser, and a limited life");
    pool = lesson_have(pool_create(&(struct pool_options){
        .workers = workers, .init = prepare, .max_tasks_per_worker = LIFE}));
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    kept = run(pool, items, tasks, CHUNK, answers);
    lesson_say("A worker is replaced after %d tasks. This time %zu processes "
               "served %zu tasks.",
               LIFE, kept.processes, tasks);
    lesson_claim(kept.prepared, "every process was prepared once, before its "
                                "first task; replacements too");
    lesson_claim(kept.whole && kept.longest <= LIFE,
                 "none served more than %d tasks, though a chunk has %d: tasks "
                 "are counted, not chunks",
                 LIFE, CHUNK);
    if (kept.processes > 1)
        lesson_claim(!kept.same_draw, "seeded by the initialiser, the random "
                                      "numbers differ");
    lesson_timeline(pool);
    pool_destroy(pool);

    nested();
    lesson_answer('c', "a worker lives on after a task, and its variables with "
                       "it; but they are its own, a copy made at the fork.");
    lesson_words_free(&words);
    free(items), free(answers);
    return lesson_end();
}
