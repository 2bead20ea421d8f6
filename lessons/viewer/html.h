// SPDX-License-Identifier: MIT
// A recorded run as one HTML file: its data and the viewer inside.
#ifndef VIEWER_HTML_H
#define VIEWER_HTML_H

#include <stdbool.h>
#include <stdio.h>

// A trace as it was read: Chrome trace JSON, or a page that html_write() wrote.
struct html_trace {
    const char *name; // for runs that have no name of their own
    FILE *file;
};

// Does the file's name end in .html or .htm?
bool html_named(const char *path);

// NULL, or why a page of this file would show nothing. Rewinds it.
const char *html_fault(FILE *file);

// Writes the page to `out`. Whatever the traces hold, it stays data. False: a
// file could not be read or written, see errno.
bool html_write(FILE *out, const char *title, const struct html_trace *trace,
                size_t traces);

#endif
