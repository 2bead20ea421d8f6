// SPDX-License-Identifier: MIT
// Which charts are asked for: CHARTS="1 4".
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "list.h"

const char *chart_list(const char *text) {
    bool any = false;
    for (const char *c = text; *c; c++) {
        bool digit = *c >= '1' && *c <= '9';
        if ((!digit && *c != ' ' && *c != ',') ||
            (digit && c[1] >= '0' && c[1] <= '9')) {
            fprintf(stderr, "plots: the charts are 1 to 9, not '%s'\n", text);
            exit(2);
        }
        any |= digit;
    }
    return any ? text : "123456789";
}
