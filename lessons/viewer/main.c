// SPDX-License-Identifier: MIT
// Makes one page of recorded runs, which opens offline:
//
//     viewer [-o PAGE.html] TRACE…
//
// A trace is a file that POOL_TRACE=, TRACE= or pool_trace_write() wrote, or a
// page that this program wrote; runs of the second stand below those of the
// first. Without -o the page is beside the first trace. A file that is called
// .html but holds a trace, as POOL_TRACE=run.html leaves it, becomes its page.
// Runs in: make viewer.
#define _GNU_SOURCE
#include "html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int refuse(const char *path, const char *why) {
    fprintf(stderr, "viewer: %s: %s\n", path, why);
    return 2;
}

// run.json is run.html; one that is called so already stays.
static char *page_of(const char *trace) {
    const char *dot = strrchr(trace, '.');
    char *page = NULL;
    if (html_named(trace))
        return strdup(trace);
    int stem =
        dot && !strchr(dot, '/') ? (int)(dot - trace) : (int)strlen(trace);
    return asprintf(&page, "%.*s.html", stem, trace) < 0 ? NULL : page;
}

static const char *base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// Written beside it and put in its place: what is read may be the same file.
static int write_page(const char *page, const struct html_trace *trace,
                      size_t traces) {
    char *draft = NULL;
    if (asprintf(&draft, "%s.%d", page, (int)getpid()) < 0)
        return refuse(page, strerror(errno));
    FILE *out = fopen(draft, "we");
    bool done = out && html_write(out, base(page), trace, traces);
    int error = errno;
    if (out && fclose(out) != 0 && done)
        done = false, error = errno;
    if (done && rename(draft, page) != 0)
        done = false, error = errno;
    if (!done && out)
        unlink(draft);
    free(draft);
    if (!done)
        return refuse(page, strerror(error));
    printf("%s opens in a browser, also offline\n", page);
    return 0;
}

int main(int argc, char **argv) {
    char *page = NULL;
    for (int option; (option = getopt(argc, argv, "o:")) != -1;)
        if (option == 'o')
            page = strdup(optarg);
        else
            return 2;
    size_t traces = (size_t)(argc - optind);
    char **path = argv + optind;
    if (!traces) {
        fprintf(stderr, "usage: viewer [-o PAGE.html] TRACE...\n");
        return 2;
    }
    struct html_trace *trace = calloc(traces, sizeof *trace);
    if (!trace)
        return refuse(*path, strerror(errno));
    for (size_t i = 0; i < traces; i++) {
        FILE *file = fopen(path[i], "re");
        if (!file)
            return refuse(path[i], strerror(errno));
        const char *fault = html_fault(file);
        if (fault)
            return refuse(path[i], fault);
        trace[i] = (struct html_trace){base(path[i]), file};
    }
    if (!page)
        page = page_of(*path);
    int status = write_page(page, trace, traces);
    for (size_t i = 0; i < traces; i++)
        fclose(trace[i].file);
    free(trace);
    free(page);
    return status;
}
