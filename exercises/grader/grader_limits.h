// SPDX-License-Identifier: MIT
// Every limit of the grader, in one place. Those of a single check, which hold
// for students at home too, are in ../judge/judge.h.
//
// Runs in: all of the grader's programs.
#ifndef GRADER_LIMITS_H
#define GRADER_LIMITS_H

#define KIB 1024L
#define MIB (1024L * KIB)

// What is read of a submission.
#define LIMIT_SOURCE (256 * KIB)   // bytes of one source file
#define LIMIT_ARCHIVE (64 * MIB)   // bytes of one archive as it is
#define LIMIT_UNPACKED (256 * MIB) // bytes of one archive, unpacked
#define LIMIT_ENTRIES 10000        // files and folders in one submission
#define LIMIT_DEPTH 8              // folders in folders
#define LIMIT_TAKEN (16 * MIB)     // bytes of source taken from an archive
#define LIMIT_NOTES 20             // sentences about one submission
#define LIMIT_STUDENTS 10000       // in one class

// What a program in the sandbox may use. The driver's own limits come on top.
#define LIMIT_SANDBOX_WALL_S 60 // compiler, inspector, linker, unpacker
#define LIMIT_SANDBOX_CPU_S 20  // each of their processes
#define LIMIT_SANDBOX_MEMORY (1024 * MIB) // address space of a process
#define LIMIT_SANDBOX_FILE (64 * MIB)     // bytes of any file
#define LIMIT_SANDBOX_TMP (64 * MIB) // bytes in /tmp, and again in /dev/shm
#define LIMIT_SANDBOX_PROCESSES 200  // processes and threads at once
#define LIMIT_SANDBOX_FILES 256      // descriptors of a process

// What is taken from them.
#define LIMIT_OBJECT (8 * MIB)    // bytes of a compiled object
#define LIMIT_DRIVER (16 * MIB)   // bytes of a linked driver
#define LIMIT_MESSAGES (64 * KIB) // bytes of a compiler's messages that count
#define LIMIT_MESSAGE_KEPT 1500   // bytes of them that a student is shown
#define LIMIT_RESULT (4 * MIB)    // bytes of a judge's result

// One submission's one exercise: compiling, inspecting, linking, and what the
// judge takes, which has limits of its own, with a margin.
#define LIMIT_TASK_S (3 * LIMIT_SANDBOX_WALL_S + 420)

#endif
