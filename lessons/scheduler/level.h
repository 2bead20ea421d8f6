// SPDX-License-Identifier: MIT
// A level: a model with the switches that break it, what the player is told,
// and a run that wins (level.c). README.md says what a level file may have.
#ifndef SCHEDULER_LEVEL_H
#define SCHEDULER_LEVEL_H

#include "model.h"

enum { MAX_TEXT = 900, MAX_REPAIRS = 3 };

struct repair {
    char line[160];    // what the library would have there
    char define[120];  // switches instead of the level's; "" is the same ones
    char replace[400]; // a part of the model's text …
    char by[400];      // … and what stands there instead; "" for none
    char result[200];  // what a search says of it, for the page
};

struct level {
    char file[256], title[80], model[160], define[120], before[120];
    char story[MAX_TEXT], goal[160], history[160], run[300], holds[20];
    struct repair repairs[MAX_REPAIRS];
    int nrepairs;
};

// NULL, or why the file is no level.
const char *level_read(struct level *level, const char *file);

// The text of the level's model, mended by this repair (NULL: as it is), for
// spin or for model_parse() once the preprocessor has been over it. To be freed.
char *level_text(const struct level *level, const struct repair *repair);
const char *level_switches(const struct level *level,
                           const struct repair *repair);

// Makes the model: NULL, or what is wrong.
const char *level_model(const struct level *level, const struct repair *repair,
                        struct model *model);

#endif
