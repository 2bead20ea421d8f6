// SPDX-License-Identifier: MIT
// Which characters may be shown.
//
// Runs in: judge; grader and reports.
#include "shown.h"

size_t shown_decode(const char *bytes, size_t length, uint32_t *character) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)bytes;
    size_t takes = length == 0         ? 0
                   : s[0] < 0x80       ? 1
                   : s[0] >> 5 == 0x6  ? 2
                   : s[0] >> 4 == 0xe  ? 3
                   : s[0] >> 3 == 0x1e ? 4
                                       : 0;
    if (takes == 0 || takes > length)
        return 0;
    uint32_t it = takes == 1 ? s[0] : s[0] & (0x7fu >> takes);
    for (size_t i = 1; i < takes; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        it = it << 6 | (s[i] & 0x3fu);
    }
    if (it < least[takes] || it > 0x10ffff || (it >= 0xd800 && it < 0xe000))
        return 0;
    *character = it;
    return takes;
}

bool shown_is(uint32_t it) {
    static const struct {
        uint32_t first, last;
    } not_shown[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069},
        {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
    };
    for (size_t i = 0; i < sizeof not_shown / sizeof *not_shown; i++)
        if (it >= not_shown[i].first && it <= not_shown[i].last)
            return false;
    return (it & 0xfffe) != 0xfffe; // the last two of each plane are none
}
