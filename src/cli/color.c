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

/* The value of a variable; empty if it is not there. */
static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

bool color_wanted(FILE *out) {
    const char *force = variable("CLICOLOR_FORCE"), *terminal = variable("TERM");
    if (*variable("NO_COLOR") != '\0')
        return false;
    if (*force != '\0' && strcmp(force, "0") != 0)
        return true;
    return *terminal != '\0' && strcmp(terminal, "dumb") != 0 && isatty(fileno(out));
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
