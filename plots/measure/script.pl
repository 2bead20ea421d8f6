# SPDX-License-Identifier: MIT
# The benchmark's Perl side: script.pl map N WORKERS. MCE's map with one item per
# chunk; prints nanoseconds per item.
use strict;
use warnings;
use MCE::Map;
use Time::HiRes 'clock_gettime', 'CLOCK_MONOTONIC';

my ($what, $n, $workers) = @ARGV;
MCE::Map->init(max_workers => $workers, chunk_size => 1);

my $time;
for my $pass ('warm-up', 'timed') {
    my $begin = clock_gettime(CLOCK_MONOTONIC);
    my @results = mce_map { $_ * 3 + 1 } 1 .. $n;
    $time = clock_gettime(CLOCK_MONOTONIC) - $begin;
    for my $i (1 .. $n) {
        die "script.pl: wrong result\n" unless $results[$i - 1] == $i * 3 + 1;
    }
}
MCE::Map->finish;
printf "%.1f\n", $time * 1e9 / $n;
