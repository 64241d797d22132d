#include "cli/color.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool color_choose(enum color_when when, struct error *error) {
    bool done = true;
    if (when == COLOR_NEVER)
        done = setenv("NO_COLOR", "1", 1) == 0;
    else if (when == COLOR_ALWAYS)
        done = unsetenv("NO_COLOR") == 0 && setenv("CLICOLOR_FORCE", "1", 1) == 0;
    return done || error_system(error, errno, "--color");
}

/* Whether a variable is there and not empty. */
static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

bool color_wanted(FILE *out) {
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0)
        return true;
    return is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0 && isatty(fileno(out));
}

const char *color_code(enum color color) {
    static const char *const codes[] = {[COLOR_PLAIN] = "\033[0m",
                                        [COLOR_HEADING] = "\033[1m",
                                        [COLOR_SCORE] = "\033[36m",
                                        [COLOR_WARNING] = "\033[1;33m",
                                        [COLOR_ERROR] = "\033[1;31m"};
    return codes[color];
}

const char *color_of(enum color color, FILE *out) {
    return color_wanted(out) ? color_code(color) : "";
}
