#include "cli/common_options.h"

/* In the order of enum color_when. */
static const char *const color_names[] = {"auto", "always", "never", NULL};

static const struct option options[] = {
    CHOICE_OPTION("color", "auto", color_names,
                  "color headings, scores and warnings; auto: on a terminal, unless NO_COLOR is set",
                  offsetof(struct common_settings, color)),
    {.name = "help",
     .letter = 'h',
     .type = OPTION_FLAG,
     .help = "print this help",
     .offset = offsetof(struct common_settings, help)},
};
const struct option_table common_options = OPTION_TABLE(options);
