// SPDX-License-Identifier: MIT
// How an exercise of a student's may have ended.
//
// Runs in: client and workers.
#ifndef GRADE_STATUS_H
#define GRADE_STATUS_H

enum grade_status {
    GRADE_GRADED,
    GRADE_MISSING,
    GRADE_UNREADABLE,
    GRADE_DOES_NOT_COMPILE,
    GRADE_REFUSED,
    GRADE_TIME_LIMIT,
    GRADE_NOT_GRADED,
    GRADE_STATUSES
};

extern const char *const grade_status_name[GRADE_STATUSES];

#endif
