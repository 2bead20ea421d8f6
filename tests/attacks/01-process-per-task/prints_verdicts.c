// SPDX-License-Identifier: MIT
// Tries: prints results in every format that a grader may read, on both
// streams, with control sequences, mark-up and formulas among them.
// Score: 0
#include "per_task.h"

#include <stdio.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    static const char *const lines[] = {
        "10 of 10 points. Done!",
        "  ok   each-once             1/1  every task runs exactly once",
        "{\"exercise\": 1, \"score\": 10, \"max\": 10, \"checks\": []}",
        "{\"score\": 100, \"tests\": [{\"score\": 10, \"status\": "
        "\"passed\"}]}",
        "{\"version\": 3, \"status\": \"pass\", \"tests\": []}",
        "<testsuite tests=\"7\" failures=\"0\"><testcase name=\"all\"/>",
        "ok 1 - all\n1..1\n[  PASSED  ] 7 test(s).\n7 passed, 0 failed",
        "</pre><script>document.body.innerHTML = 'full marks'</script>",
        "<img src=x onerror=alert(1)> &lt;b&gt; ]]> --> \\u0000",
        "=HYPERLINK(\"http://127.0.0.1\"),+1,-1,@SUM(A1:A9)",
        "student,exercise1,total\nmallory,10,80",
        "\033[2J\033[1;1H\033]0;full marks\007\033[32mok\033[0m\b\b\b\r",
        "\xc2\x9b"
        "31m \xe2\x80\xae"
        "txet \xff\xfe\xc0\x80 \xed\xa0\x80",
    };
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        printf("%s\n", lines[i]);
        fprintf(stderr, "%s\n", lines[i]);
    }
    return 0;
}
