/* Tables of command-line options: one description for the parser, the help pages and anything else that lists
 * options. cli/options.h parses them. */
#ifndef SGNS_BASE_OPTION_H
#define SGNS_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>

enum option_type {
    OPTION_FLAG,         /* bool, set to true; takes no value */
    OPTION_INTEGER,      /* uint64_t in [min, max] */
    OPTION_REAL,         /* double in [min, max] */
    OPTION_MAYBE_REAL,   /* struct option_real: a double in [min, max], or not given */
    OPTION_TEXT,         /* const char *, into argv */
    OPTION_TEXTS,        /* struct option_texts; may be repeated */
    OPTION_CHOICE,       /* size_t, an index into choices */
    OPTION_MAYBE_CHOICE, /* struct option_choice: the same, or not given */
};

struct option_real {
    bool given;
    double value;
};

struct option_choice {
    bool given;
    size_t value;
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
    /* Of OPTION_TEXT: what completion offers for each index; NULL beyond the last. May be NULL. */
    const char *(*suggest)(size_t index);
};

/* Rows of a table, one kind for each type; `place` is the offset of the value. */
#define FLAG_OPTION(name_, help_, place) \
    { .name = (name_), .type = OPTION_FLAG, .help = (help_), .offset = (place) }

/* uint64_t; `letter_` is 0, and `fallback_` NULL, if there is none */
#define INTEGER_OPTION(name_, letter_, fallback_, min_, max_, help_, place)                                  \
    {                                                                                                        \
        .name = (name_), .letter = (letter_), .type = OPTION_INTEGER, .value = "N", .fallback = (fallback_), \
        .min = (min_), .max = (max_), .help = (help_), .offset = (place)                                     \
    }

/* `type_` is OPTION_TEXT or OPTION_TEXTS; `value_` is how help names the value */
#define TEXT_OPTION(name_, letter_, type_, value_, fallback_, help_, place)                                \
    {                                                                                                      \
        .name = (name_), .letter = (letter_), .type = (type_), .value = (value_), .fallback = (fallback_), \
        .help = (help_), .offset = (place)                                                                 \
    }

/* double */
#define REAL_OPTION(name_, fallback_, min_, max_, help_, place)                                     \
    {                                                                                               \
        .name = (name_), .type = OPTION_REAL, .value = "X", .fallback = (fallback_), .min = (min_), \
        .max = (max_), .help = (help_), .offset = (place)                                           \
    }

/* struct option_real */
#define MAYBE_REAL_OPTION(name_, min_, max_, help_, place)                                      \
    {                                                                                           \
        .name = (name_), .type = OPTION_MAYBE_REAL, .value = "X", .min = (min_), .max = (max_), \
        .help = (help_), .offset = (place)                                                      \
    }

/* size_t */
#define CHOICE_OPTION(name_, fallback_, choices_, help_, place)                                 \
    {                                                                                           \
        .name = (name_), .type = OPTION_CHOICE, .fallback = (fallback_), .choices = (choices_), \
        .help = (help_), .offset = (place)                                                      \
    }

/* The same, with a line of help for each choice */
#define CHOICES_OPTION(name_, fallback_, choices_, choice_help_, help_, place)                  \
    {                                                                                           \
        .name = (name_), .type = OPTION_CHOICE, .fallback = (fallback_), .choices = (choices_), \
        .choice_help = (choice_help_), .help = (help_), .offset = (place)                       \
    }

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
