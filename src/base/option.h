/* Tables of command-line options: one description for the parser, the help pages and anything else that lists
 * options. cli/options.h parses them. */
#ifndef SGNS_BASE_OPTION_H
#define SGNS_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>

enum option_type {
    OPTION_FLAG,       /* bool, set to true; takes no value */
    OPTION_INTEGER,    /* uint64_t in [min, max] */
    OPTION_REAL,       /* double in [min, max] */
    OPTION_MAYBE_REAL, /* struct option_real: a double in [min, max], or not given */
    OPTION_TEXT,       /* const char *, into argv */
    OPTION_TEXTS,      /* struct option_texts; may be repeated */
    OPTION_CHOICE,     /* size_t, an index into choices */
};

struct option_real {
    bool given;
    double value;
};

/* The values of a repeated option, in order, as pointers into argv. Free `values` with free(). */
struct option_texts {
    const char **values;
    size_t count, capacity;
};

struct option {
    const char *name; /* "min-count": --min-count VALUE or --min-count=VALUE */
    char letter;      /* 'o': -o VALUE or -oVALUE; 0 for none */
    enum option_type type;
    const char *value;          /* how help names the value: "N", "FILE"; NULL for flags and choices */
    const char *fallback;       /* the default as a user would type it; NULL for none (zero, not given) */
    double min, max;            /* of numbers */
    const char *const *choices; /* names, ended by NULL */
    const char *(*choice_help)(size_t choice); /* a line of help for each choice; may be NULL */
    const char *help;                          /* what it does, without the default */
    size_t offset;                             /* of its value in the settings: offsetof(...) */
};

/* A table of options. A command has one or several. All offsets are into the command's settings, so settings
 * that several commands share come first in each of their structs. */
struct option_table {
    const struct option *options;
    size_t count;
};

/* For an array of struct option. */
#define OPTION_TABLE(array) \
    { (array), sizeof(array) / sizeof *(array) }

#endif
