/* Command-line options from typed tables. One table a command is the only description of its options:
 * parsing, defaults, range checks and help are all made from it. */
#ifndef SGNS_CLI_OPTIONS_H
#define SGNS_CLI_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

enum option_type {
    OPTION_FLAG,    /* bool, set to true; takes no value */
    OPTION_INTEGER, /* uint64_t in [least, most] */
    OPTION_REAL,    /* double in [least, most] */
    OPTION_TEXT,    /* const char *, into argv */
    OPTION_TEXTS,   /* struct option_texts; may be given again and again */
    OPTION_CHOICE,  /* size_t, an index into choices */
};

/* The values of an option given several times, in order, as pointers into argv. Free `values` with free(). */
struct option_texts {
    const char **values;
    size_t count, capacity;
};

struct option {
    const char *name; /* "min-count": --min-count VALUE or --min-count=VALUE */
    char letter;      /* 'o': -o VALUE or -oVALUE; 0 for none */
    enum option_type type;
    const char *value; /* how help names the value: "N", "FILE"; NULL for a flag */
    const char
        *fallback;      /* the default as a user would type it, parsed like any value; NULL for none (zero) */
    double least, most; /* of OPTION_INTEGER and OPTION_REAL */
    const char *const *choices; /* of OPTION_CHOICE: names, ended by NULL */
    const char *help;           /* what it does, a line or two, without the default */
    size_t offset;              /* where its value goes in the command's settings struct: offsetof(...) */
};

/* Puts all defaults and then the options in argv[0 .. *argc) into `settings` (which the caller zeroed), and
 * moves the operands, in order, to argv[0 .. *argc). "--" ends the options; "-" alone or before a
 * blank is an operand. An unknown option (with the closest known one as a hint), a missing or superfluous
 * value, junk, and a number out of range are ERROR_INPUT. */
bool options_parse(const struct option *options, size_t count, int *argc, char **argv, void *settings,
                   struct error *error) MUST_USE;

/* The options' part of a help page. */
void options_help(const struct option *options, size_t count, FILE *out);

#endif
