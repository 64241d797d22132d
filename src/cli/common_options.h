/* The options that every command has. */
#ifndef SGNS_CLI_COMMON_OPTIONS_H
#define SGNS_CLI_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/option.h"

struct common_settings {
    size_t color; /* enum color_when */
    bool help;    /* main.c sees to it before anything is parsed */
};

/* Into a struct common_settings. */
extern const struct option_table common_options;

#endif
