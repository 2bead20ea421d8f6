// SPDX-License-Identifier: MIT
// Lesson 1: what the guide runs, asks and claims.
// Runs in: the guide.
#include "guide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

// How many of the program's processes were seen as zombies.
static size_t zombies(const struct guide_run *run) {
    size_t count = 0;
    for (size_t i = 1; i < run->processes; i++)
        count += run->process[i].zombie;
    return count;
}

// How many words had a process of their own: one that was seen, and was no
// other word's.
static size_t alone(const struct guide_run *run) {
    size_t count = 0, next = 0;
    for (size_t i = 0; i < run->lines; i++) {
        int pid = strstr(run->line[i], " vowels in ")
                      ? atoi(run->line[i] + strlen("process "))
                      : 0;
        for (size_t j = next; pid && j < run->processes; j++)
            if (run->process[j].pid == pid) {
                count++;
                next = j + 1;
                break;
            }
    }
    return count;
}

static void every_word(void) {
    size_t tasks = guide_tasks(10, 1000);
    const char *count = guide_text("%zu", tasks);
    guide_ask((const char *[]){"about as long as a call",
                               "about 10 times as long",
                               "about 100 times as long",
                               "1,000 times as long or more", NULL},
              "A task counts the vowels of one word. How long does it take in "
              "a process of its own?");
    struct guide_run *run = guide_run("process_per_task", count, guide_input());
    size_t words = guide_lines_with(run, " vowels in ");
    if (words == 0 && guide_succeeded(run)) {
        guide_answer('\0', "there is no word in this input.");
        return;
    }
    guide_claim(guide_watched(run, words > 0 && alone(run) == words),
                guide_text("%zu of %zu", alone(run), words),
                "every task had a process of its own");
    guide_claim(guide_watched(run, guide_all_ended(run)), NULL,
                "all of them have ended");
    guide_claim(guide_succeeded(run), NULL,
                "each exit status was the count that a call gives");
    guide_tree(run);
    guide_timeline(run);

    // The time of a fork is not to be that of watching it.
    run = guide_run_how(&(struct guide_how){.unwatched = true, .quiet = true},
                        "process_per_task", count, guide_input());
    const char *line = guide_line(run, "*a process: about ");
    double process = line ? strtod(line, NULL) : 0;
    double call = guide_number(run, "*a call: about ");
    double ratio = call > 0 ? process / call : 0;
    guide_say("The same again, and nobody looks on: this time %.0f us a task "
              "in a process, %.3f us as a call.",
              process, call);
    char letter = ratio < 3 ? 'a' : ratio < 30 ? 'b' : ratio < 1000 ? 'c' : 'd';
    if (ratio <= 0)
        guide_answer('\0', "the program told no times.");
    else if (letter == 'd')
        guide_answer('d',
                     "fork() copies the page tables, the kernel starts the "
                     "child and ends it again, the parent is woken: %s the "
                     "work.",
                     guide_times(process, call));
    else
        guide_answer(letter,
                     "%s the call, in this run. The clock's own reading is in "
                     "both; on most machines a process costs more.",
                     guide_times(process, call));
}

static void copies(void) {
    struct guide_how pipe = {.pipe = " | cat"};
    struct guide_run *run = guide_run_how(&pipe, "copies");
    guide_claim(guide_number(run, "child: served is ") == 1 &&
                    guide_number(run, "parent: served is ") == 0,
                NULL,
                "the child's served is 1, and the parent's is 0 afterwards");
    guide_claim(guide_lines_with(run, "printed before the fork") == 2, NULL,
                "what was printed once, before the fork, came twice");
    run = guide_run_how(&pipe, "copies", "flush");
    guide_claim(guide_lines_with(run, "printed before the fork") == 1, NULL,
                "after fflush() it came once");
}

static void pages(void) {
    struct guide_how timed = {.unwatched = true};
    struct guide_run *small = guide_run_how(&timed, "copy_on_write", "1");
    struct guide_run *large = guide_run_how(&timed, "copy_on_write", "32");
    double count = guide_number(large, "");
    double read = guide_number(large, "*reading copied ");
    double written = guide_number(large, "*writing ");
    guide_claim(read < count / 10, guide_text("%.0f of %.0f", read, count),
                "reading copied fewer than a tenth of the pages");
    guide_claim(written >= count, guide_text("%.0f of %.0f", written, count),
                "writing copied every page");
    guide_claim(guide_number(large, "*still reads ") == 1, NULL,
                "the parent's memory is unchanged");
    double slow = guide_number(large, "fork() took about ");
    double fast = guide_number(small, "fork() took about ");
    guide_say("This time the fork of 32 MiB took %s as long as that of 1 MiB.",
              guide_times(slow, fast));
}

static void ends(void) {
    guide_ask(
        (const char *[]){"the child is a zombie, the grandchild an orphan",
                         "the child is an orphan, the grandchild a zombie",
                         "both of them are zombies until they are reaped",
                         NULL},
        "A child ends, and its own child lives on. Nobody has waited for "
        "either. What are they?");
    struct guide_run *run = guide_run("zombie_and_orphan");
    const char *program = guide_line(run, "this is process ");
    const char *child = guide_line(run, "child, ");
    const char *grandchild = guide_line(run, "grandchild, ");
    bool dead = child && strstr(child, "state Z") != NULL;
    bool lives = grandchild && strstr(grandchild, "state ") &&
                 !strstr(grandchild, "state Z");
    bool adopted =
        grandchild && program && strstr(grandchild, "parent is process ") &&
        atoi(strstr(grandchild, "parent is process ") + 18) == atoi(program);
    guide_claim(dead, NULL, "the child has ended: a zombie, state Z");
    guide_claim(lives, NULL, "the grandchild lives: it is no zombie");
    if (!guide_python()) // it cannot become the new parent
        guide_claim(adopted, NULL,
                    "the grandchild has a new parent: not the child, which "
                    "made it");
    guide_claim(guide_line(run, "now the child is reaped") &&
                    guide_lines_with(run, "not there") >= 1,
                NULL, "once reaped, it is not there any more");
    guide_claim(guide_watched(run, zombies(run) >= 1),
                guide_text("%zu", zombies(run)), "/proc has shown a zombie");
    guide_tree(run);
    if (dead && lives)
        guide_answer('a',
                     "a zombie has ended and its parent has not asked how; "
                     "an orphan is alive and its parent has ended.");
    else
        guide_answer('\0', "the two lines above say something else.");
}

static void signals(void) {
    struct guide_run *run = guide_run("exec_and_sigchld", "true", "false",
                                      "kill -9 $$", "no-such-command");
    guide_claim(guide_number(run, "*calls of the handler: ") == 1, NULL,
                "4 children ended, and the handler of SIGCHLD ran once");
    if (!guide_python()) // it waits on by itself, since version 3.5 (PEP 475)
        guide_claim(guide_line(run, "*(EINTR)") != NULL, NULL,
                    "the wait was interrupted by it");
    guide_claim(guide_lines_with(run, "exit status") +
                        guide_lines_with(run, "killed by") ==
                    4,
                NULL, "a loop of waitpid() found all 4 all the same");
    guide_claim(guide_lines_with(run, ": exit status 127") == 1, NULL,
                "a command that is not there is exit status 127");
    guide_timeline(run);
}

const struct guide_lesson guide_lesson = {
    .number = 1,
    .title = "one process per task",
    .knobs = GUIDE_TASKS | GUIDE_INPUT,
    .parts = {{"A process for every word", every_word},
              {"What a child has is a copy", copies},
              {"The copy is made when one of them writes", pages},
              {"A zombie has ended, an orphan lives", ends},
              {"Other programs, and the signal of their end", signals}}};
