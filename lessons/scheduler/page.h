// SPDX-License-Identifier: MIT
// A level as the page has it (page.c).
#ifndef SCHEDULER_PAGE_H
#define SCHEDULER_PAGE_H

#include "game.h"

void page_write(const struct game *game);

#endif
