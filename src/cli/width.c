#include "cli/width.h"

#include <stdbool.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/width_table.h"
#include "text/show.h"

#define COLUMNS 80

static bool is_among(const struct width_range *ranges, size_t count, uint32_t code_point) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= code_point;
}

size_t width_of_point(uint32_t code_point) {
    if (code_point < width_none[0].first)
        return 1;
    if (is_among(width_none, sizeof width_none / sizeof *width_none, code_point))
        return 0;
    return is_among(width_two, sizeof width_two / sizeof *width_two, code_point) ? 2 : 1;
}

size_t width_of_text(const char *text, size_t length) {
    size_t width = 0;
    for (size_t at = 0; at < length;) {
        struct shown shown;
        at += show_next(text + at, length - at, &shown);
        width += shown.code_point == 0 ? shown.length : width_of_point(shown.code_point);
    }
    return width;
}

size_t width_of_terminal(void) {
    struct winsize window;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : COLUMNS;
}
