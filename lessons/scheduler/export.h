// SPDX-License-Identifier: MIT
// What tests and the site ask of a level (export.c).
#ifndef SCHEDULER_EXPORT_H
#define SCHEDULER_EXPORT_H

int export_main(int argc, char **argv);

#endif
