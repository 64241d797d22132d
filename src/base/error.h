/* Errors as values.
 *
 * A function that can fail takes a `struct error *` as its last parameter and returns bool (true: success) or
 * a pointer (NULL: failure). After a failure the error says what failed, where and why, in one sentence
 * without a final period or newline; a text too long for `text` loses its middle. Only main.c prints errors,
 * after "sgns COMMAND: ", and turns their kinds into exit codes. */
#ifndef SGNS_BASE_ERROR_H
#define SGNS_BASE_ERROR_H

#include <stdbool.h>

/* The values are the program's exit codes. */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_NO_ANSWER = 1, /* a valid question without an answer: a word that is not in the vocabulary */
    ERROR_INPUT = 2,     /* wrong usage, or input that cannot be used */
    ERROR_SYSTEM = 3,    /* the system failed: memory, disk, permission */
    ERROR_SIGNAL = 128,  /* plus the number of the signal that ended the work, as shells report it */
};

struct error {
    enum error_kind kind;
    char text[2048];
};

#define MUST_USE __attribute__((warn_unused_result))

/* Fills `error` and returns false, so that callers can `return error_set(...)`. The first error wins: an
 * error that is already set stays, because later ones mostly come from cleaning up. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ERROR_SYSTEM, followed by ": " and the text of `number`, an errno value. */
bool error_system(struct error *error, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
