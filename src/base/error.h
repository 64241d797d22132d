/* Errors as values.
 *
 * A function that can fail takes a `struct error *` as its last parameter and returns bool (true: done) or a
 * pointer (NULL: failed). On failure the error says what failed, where and why: one sentence without a final
 * period or newline, and without its middle if it is too long for `text`. Only main.c prints it, after
 * "sgns COMMAND: ", and turns its kind into the exit code. */
#ifndef SGNS_BASE_ERROR_H
#define SGNS_BASE_ERROR_H

#include <stdbool.h>

/* The values are the program's exit codes. */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_NO_ANSWER = 1, /* a good question without an answer: a word that is not in the vocabulary */
    ERROR_INPUT = 2,     /* wrong usage, or input that can't be used */
    ERROR_SYSTEM = 3,    /* the system failed: memory, disk, permission */
};

struct error {
    enum error_kind kind;
    char text[2048];
};

#define MUST_USE __attribute__((warn_unused_result))

/* Fills `error` and returns false, so that callers can `return error_set(...)`. The first error wins: one
 * that is set already is kept, since what follows it is mostly clean-up. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set with ERROR_SYSTEM, and the text of `number` (an errno value) added behind ": ". */
bool error_system(struct error *error, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
