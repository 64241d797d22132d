/* Files of test questions: lines of fields between blanks or tabs. */
#ifndef SGNS_EVAL_TEST_FILE_H
#define SGNS_EVAL_TEST_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct testfile {
    const char *path; /* not owned */
    FILE *stream;
    char *line; /* the line at hand, cut into fields; owned */
    size_t capacity;
    size_t number; /* of the line, from 1 */
    char **fields; /* (count) into `line`; owned */
    size_t count, field_capacity;
};

/* `path` must outlive the struct. Free with testfile_close, also after a failure. */
bool testfile_open(struct testfile *file, const char *path, struct error *error) MUST_USE;
void testfile_close(struct testfile *file);

/* Goes to the next line that is not blank and does not begin with `comment`; false at the end of the file,
 * and on failure, which sets `error`. */
bool testfile_next(struct testfile *file, char comment, struct error *error) MUST_USE;

/* ERROR_INPUT for the line at hand; `form` is what a line should be. Returns false. */
bool testfile_malformed(const struct testfile *file, const char *form, struct error *error);

#endif
